"""What a run was made with, as env.json says, beside what is here."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from rbench.errors import RunDirectoryError
from rbench.harness.environment import processor
from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import Json

_ARITHMETIC = ("numpy", "scipy", "torch")


def rbench_version() -> str:
    """Return the version of the rbench at hand."""
    return version("rbench")


def sessions_of(run: RunDirectory) -> Sequence[Mapping[str, Json]]:
    """Return the sessions of env.json; none where it is not there or says nothing."""
    try:
        content = run.read_json("env.json")
    except RunDirectoryError:
        return []
    sessions = content.get("sessions") if isinstance(content, dict) else None
    if not isinstance(sessions, list):
        return []
    return [session for session in sessions if isinstance(session, dict)]


def rbench_versions(run: RunDirectory) -> tuple[str, ...]:
    """Return the versions of rbench that the run was made with, in order, each once."""
    found = [_packages(session).get("rbench") for session in sessions_of(run)]
    return tuple(dict.fromkeys(str(one) for one in found if one is not None))


def other_arithmetic(run: RunDirectory) -> str:
    """Return in what the last digits may differ from a run made here; "" where in nothing.

    Another processor, another version of a library of numbers, or a run that does not say.
    """
    sessions = sessions_of(run)
    if not sessions:
        return "env.json does not say on what the run was made"
    last = sessions[-1]
    found = []
    if last.get("processor") != processor():
        found.append(f"processor {last.get('processor')!r}, here {processor()!r}")
    for name in _ARITHMETIC:
        theirs, ours = _packages(last).get(name), _version(name)
        if theirs != ours:
            found.append(f"{name} {theirs}, here {ours}")
    return "; ".join(found)


def possible_reason(run: RunDirectory) -> str:
    """Return whether another rbench may explain that something differs."""
    here, versions = rbench_version(), rbench_versions(run)
    if not versions:
        return "env.json does not say which rbench made the run; another version may be the reason."
    if versions == (here,):
        return f"The run was made with rbench {here}, as is here: that is not the reason."
    return (
        f"The run was made with rbench {', '.join(versions)}, and this is {here}: that may be the "
        f"reason; verify with the version that made it, or `rbench score` the run again."
    )


def _packages(session: Mapping[str, Json]) -> Mapping[str, Json]:
    found = session.get("packages")
    return found if isinstance(found, dict) else {}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None

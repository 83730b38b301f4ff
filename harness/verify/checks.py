"""`Verification`: what was checked of a run, and how each check came out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rbench.harness.verify.json_differences import Difference

CheckOutcome: TypeAlias = Literal["verified", "differs", "unchecked"]
"""``unchecked`` is what cannot be checked here; the detail says why."""

RESULTS = "results"
"""The name of the check that recomputes results.json."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, how it came out, one sentence on it, and what differs."""

    name: str
    outcome: CheckOutcome
    detail: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of one run.

    `reason` names what may explain a difference without anybody's hand: another version of rbench,
    another machine. It is empty where nothing differs.
    """

    path: str
    run_id: str
    checks: tuple[Check, ...]
    reason: str = ""

    @property
    def outcome(self) -> CheckOutcome:
        """``differs`` where any check does; else how recomputing results.json came out."""
        if any(check.outcome == "differs" for check in self.checks):
            return "differs"
        found = [check.outcome for check in self.checks if check.name == RESULTS]
        return found[0] if found else "unchecked"

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        named = {
            outcome: [check.name for check in self.checks if check.outcome == outcome]
            for outcome in ("differs", "unchecked")
        }
        if named["differs"]:
            text = f"{self.run_id} differs from what its files give: {_and(named['differs'])}"
        elif self.outcome == "verified":
            text = f"{self.run_id} is verified"
        else:
            text = f"{self.run_id} cannot be verified"
        if named["unchecked"]:
            text += f"; not checked: {_and(named['unchecked'])}"
        return f"{text}."


def verified(name: str, detail: str) -> Check:
    """Return a check that came out well."""
    return Check(name, "verified", detail)


def unchecked(name: str, why: str) -> Check:
    """Return a check that could not be made here."""
    return Check(name, "unchecked", why)


def differs(name: str, detail: str, differences: Iterable[Difference] = ()) -> Check:
    """Return a check that found something else than what stands there."""
    return Check(name, "differs", detail, tuple(differences))


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

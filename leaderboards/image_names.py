"""What runs are called where several stand side by side."""

from collections.abc import Mapping, Sequence

from rbench.harness.types import Json
from rbench.leaderboards.image_numbers import settings_text
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.tables import Results


def run_names(runs: Sequence[Results]) -> list[str]:
    """Name each run by its model; where one model stands several times, by what differs too.

    What differs is settings, else the end of the run's id.
    """
    models = [short_name(run["model"]) for run in runs]
    names = []
    for run, model in zip(runs, models, strict=True):
        twins = [other for other, name in zip(runs, models, strict=True) if name == model]
        names.append(model if len(twins) == 1 else f"{model} {_what_differs(run, twins)}".strip())
    return [
        name if names.count(name) == 1 else f"{name} ({run['run_id'].rpartition('-')[2]})"
        for run, name in zip(runs, names, strict=True)
    ]


def _what_differs(run: Results, twins: Sequence[Results]) -> str:
    settings: Mapping[str, Json] = run["settings"]
    return settings_text(
        {
            key: value
            for key, value in settings.items()
            if value is not None and any(twin["settings"].get(key) != value for twin in twins)
        }
    )

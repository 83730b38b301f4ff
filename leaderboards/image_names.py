"""What runs are called where several stand side by side."""

from collections.abc import Sequence

from rbench.leaderboards.image_numbers import MAIN_SETTINGS, set_settings, settings_text
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.tables import Results


def run_names(runs: Sequence[Results]) -> list[str]:
    """Name each run by its model; where one model stands several times, by what differs too.

    What differs is the fewest settings that tell them apart, else the end of the run's id.
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
    """Return no more settings than tell the twins apart; the sampler and the steps first."""
    keys = dict.fromkeys([*MAIN_SETTINGS, *(key for twin in twins for key in set_settings(twin))])
    differing = [
        key
        for key in keys
        if any(set_settings(twin).get(key) != set_settings(run).get(key) for twin in twins)
    ]
    chosen: list[str] = []
    for key in differing:
        if len({_text(twin, chosen) for twin in twins}) == len(twins):
            break
        chosen.append(key)
    return _text(run, chosen)


def _text(run: Results, keys: Sequence[str]) -> str:
    settings = set_settings(run)
    return settings_text({key: settings[key] for key in keys if key in settings})

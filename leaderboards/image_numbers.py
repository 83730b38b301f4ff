"""The numbers of image runs as tables and pages show them: which row stands where, and how."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from rbench.errors import UsageError
from rbench.harness.samplers import sampler_type
from rbench.harness.types import Json
from rbench.leaderboards.tables import NOTHING, Results

ImageRowJson = Mapping[str, Json]
"""An `ImageRow` as results.json holds it."""

HEADLINE = "frechet"
STATISTICS = ("value", "mean", "minimum")
MAIN_SETTINGS = ("sampler", "steps", "sigmas")
"""What tells runs of a model apart first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A column of numbers: one metric on one output of one representation."""

    metric: str
    on: str


@dataclass(frozen=True, slots=True)
class Line:
    """The numbers of one run under one evaluator: of one sample set, or a statistic over several.

    `sets` is how many sample sets there are; `cells` has a row for every reading that there is.
    """

    run: Results
    statistic: str
    sets: int
    cells: Mapping[Reading, ImageRowJson]

    @property
    def sample_set(self) -> str:
        """Return ``mean of 3 sets``, ``minimum of 3 sets`` or ``set 2 of 3``; "" for a lone set."""
        if self.sets == 1:
            return ""
        if self.statistic != "value":
            return f"{self.statistic} of {self.sets} sets"
        repeat = next(iter(self.cells.values()))["repeat"]
        return f"set {(repeat or 0) + 1} of {self.sets}"

    @property
    def comparable(self) -> bool:
        """Whether samples and reference are those of the protocol, for every number."""
        return all(row.get("comparable", True) for row in self.cells.values())


@dataclass(frozen=True, slots=True)
class Group:
    """What may share a table: the runs of one task under one protocol of one evaluator."""

    task: str
    evaluator: str
    protocol_id: str
    protocol: Mapping[str, Json]
    runs: tuple[Results, ...]
    readings: tuple[Reading, ...]

    @property
    def headline(self) -> Reading:
        """The number that ranks."""
        return self.readings[0]

    @property
    def lines(self) -> list[Line]:
        """Every run with its numbers; of several sample sets, their mean and their minimum."""
        return [line for run in self.runs for line in _lines(self.rows_of(run), run)]

    @property
    def all_lines(self) -> list[Line]:
        """The lines, and those of the single sample sets where there are several."""
        return [line for run in self.runs for line in _lines(self.rows_of(run), run, single=True)]

    def rows_of(self, run: Results) -> list[ImageRowJson]:
        """Return the rows of a run that belong here."""
        return [row for row in run["rows"] if row["evaluator"] == self.evaluator]

    def heading(self, reading: Reading) -> str:
        """Return the metric, with the representation where it alone does not tell."""
        twins = [r for r in self.readings if r.metric == reading.metric]
        return reading.metric if len(twins) == 1 else f"{reading.metric} ({reading.on})"

    @property
    def on(self) -> str:
        """Return the representations that the numbers are measured on."""
        return ", ".join(dict.fromkeys(r.on for r in self.readings if r.on))


def groups(runs: Sequence[Results]) -> list[Group]:
    """Sort runs into what may share a table, in the order of tasks and evaluators."""
    found: dict[tuple[str, str, str], list[Results]] = {}
    for run in runs:
        for name in dict.fromkeys(row["evaluator"] for row in run["rows"]):
            found.setdefault((run["task"], name, _protocol(run, name)["id"]), []).append(run)
    made = [
        Group(
            task=task,
            evaluator=name,
            protocol_id=protocol_id,
            protocol=_protocol(members[0], name)["protocol"],
            runs=tuple(members),
            readings=tuple(_readings(members, name)),
        )
        for (task, name, protocol_id), members in found.items()
    ]
    order: dict[tuple[str, str], int] = {}
    tasks: dict[str, int] = {}
    for group in made:
        tasks.setdefault(group.task, len(tasks))
        order.setdefault((group.task, group.evaluator), len(order))
    return sorted(made, key=lambda g: (tasks[g.task], order[g.task, g.evaluator]))


def headline_line(group: Group, run: Results) -> Line:
    """Return the line that ranks a run: of its only sample set, else the mean over its sets."""
    return next(_lines(group.rows_of(run), run))


def value_text(row: ImageRowJson | None) -> str:
    """Show the value of a row with as many decimals as its unit or its interval bears."""
    if row is None or row["value"] is None:
        return NOTHING
    return f"{row['value']:.{_places(row)}f}"


def interval_text(row: ImageRowJson | None) -> str:
    """Show the interval of a row with the decimals of its value: ``0.312 – 0.351``."""
    if row is None or row.get("ci_low") is None or row.get("ci_high") is None:
        return NOTHING
    return f"{row['ci_low']:.{_places(row)}f} – {row['ci_high']:.{_places(row)}f}"


def spread_text(row: ImageRowJson | None) -> str:
    """Show the standard deviation over sample sets with the decimals of the value."""
    if row is None or row.get("spread") is None:
        return NOTHING
    return f"{row['spread']:.{_places(row)}f}"


def depth(run: Results) -> float | None:
    """Return how often the network is evaluated one after another; None where nothing counts it.

    Of several networks the one named ``network``, else the one that works most.
    """
    counted = run.get("evaluations") or {}
    if not counted:
        return None
    most = max(counted.values(), key=lambda count: float(count["depth"]))
    return float(counted.get("network", most)["depth"])


def evaluations_text(run: Results) -> str:
    """Show the evaluations a sample: ``32``, ``6 (work 120)``, ``2 + decoder 1``."""
    counted = run.get("evaluations") or {}
    parts = [
        (f"{role} " if role != "network" else "") + _evaluations(count)
        for role, count in sorted(counted.items(), key=lambda item: item[0] != "network")
    ]
    return " + ".join(parts) or NOTHING


def factors_text(run: Results) -> str:
    """Show what the evaluations of the network are made of: ``50 x 1.98 x 2``.

    They are steps, calls a step (about 2 for Heun) and rows a call (2 for guidance that doubles
    the batch). Steps are the settings'; where there are none, each call is one.
    """
    counted = (run.get("evaluations") or {}).get("network")
    if not counted or not counted["depth"]:
        return NOTHING
    calls, work = float(counted["depth"]), float(counted["work"])
    steps = run["settings"].get("steps")
    if not isinstance(steps, int) or run["settings"].get("sampler") == "deq-ddim":
        steps = round(calls)  # DEQ-DDIM has all its steps in every call
    return f"{steps} x {calls / steps:.3g} x {work / calls:.3g}"


def settings_text(settings: Mapping[str, Json]) -> str:
    """Show settings in short: ``sampler=euler, steps=32``."""
    return ", ".join(f"{key}={_setting(value)}" for key, value in settings.items())


def set_settings(run: Results) -> dict[str, Json]:
    """Return the settings that are set and are not what the sampler does anyway.

    Sampler and steps always stay. Of a sampler that is not known here everything stays.
    """
    settings = run["settings"]
    usual: dict[str, Json] = {"dtype": "float32"}
    with suppress(UsageError):
        sampler: Any = sampler_type(str(settings.get("sampler")))
        usual |= {
            field.name: field.default
            for field in fields(sampler)
            if field.name not in MAIN_SETTINGS
        }
    missing = object()
    return {
        key: value
        for key, value in settings.items()
        if value is not None and value != usual.get(key, missing)
    }


def own_settings(runs: Sequence[Results]) -> tuple[list[dict[str, Json]], dict[str, Json]]:
    """Return the settings that a table shows beside each run, and those said once below it.

    Said once is what several runs have and none has otherwise; sampler and steps stay.
    """
    given = [set_settings(run) for run in runs]
    shared = {}
    for key in dict.fromkeys(key for settings in given for key in settings):
        values = [settings[key] for settings in given if key in settings]
        if key not in MAIN_SETTINGS and len(values) > 1 and all(v == values[0] for v in values):
            shared[key] = values[0]
    return [{k: v for k, v in settings.items() if k not in shared} for settings in given], shared


def _lines(rows: Sequence[ImageRowJson], run: Results, *, single: bool = False) -> Iterator[Line]:
    found: dict[tuple[str, int | None], dict[Reading, ImageRowJson]] = {}
    for row in rows:
        at = (row["statistic"], row["repeat"] if row["statistic"] == "value" else None)
        found.setdefault(at, {}).setdefault(Reading(row["metric"], row["on"]), row)
    sets = max(1, sum(statistic == "value" for statistic, _ in found))
    several = any(statistic != "value" for statistic, _ in found)
    for statistic in (*STATISTICS[1:], STATISTICS[0]):
        for (name, _), cells in found.items():
            if name == statistic and (single or not several or statistic != "value"):
                yield Line(run, statistic, sets if several else 1, cells)


def _readings(runs: Sequence[Results], evaluator: str) -> list[Reading]:
    """Return the columns, the headline first."""
    found = dict.fromkeys(
        Reading(row["metric"], row["on"])
        for run in runs
        for row in run["rows"]
        if row["evaluator"] == evaluator
    )
    return sorted(found, key=lambda reading: reading.metric != HEADLINE)


def _protocol(run: Results, evaluator: str) -> Mapping[str, Json]:
    """Return {"id", "protocol"} of an evaluator; of a lone one, the run's own."""
    own = {"id": run["protocol_id"], "protocol": run["protocol"]}
    found: Mapping[str, Json] = run.get("protocols", {}).get(evaluator, own)
    return found


def _places(row: ImageRowJson) -> int:
    """Return the decimals of a row: three of a fraction, else two digits of what is uncertain."""
    if row.get("unit") == "fraction":
        return 3
    value, low, high = row["value"] or 0.0, row.get("ci_low"), row.get("ci_high")
    half = row.get("spread") if low is None or high is None else (high - low) / 2
    if not half or not math.isfinite(half):
        return _decimals(value)
    return min(_decimals(half) - 2, _decimals(value) + 2) if _decimals(half) > 2 else 0


def _decimals(value: float) -> int:
    """Return the decimals that show four digits of a number."""
    if value == 0 or not math.isfinite(value):
        return 0
    # Of the rounded number: 0.99999 is 1.000.
    return min(10, max(0, 3 - math.floor(math.log10(abs(float(f"{value:.3e}"))))))


def _evaluations(count: Mapping[str, Json]) -> str:
    deep, work = (
        f"{n:.0f}" if n == round(n) else f"{n:.4g}" for n in (count["depth"], count["work"])
    )
    return deep if deep == work else f"{deep} (work {work})"


def _setting(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return "/".join(map(_setting, value))
    return " ".join(str(value).split())

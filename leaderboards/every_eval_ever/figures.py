"""From the results of a record of Every Eval Ever to figures."""

from collections.abc import Mapping
from dataclasses import replace

from rbench.harness.types import Json
from rbench.leaderboards.entries import Column, Figure
from rbench.leaderboards.every_eval_ever.fields import Fields
from rbench.leaderboards.every_eval_ever.metric_words import higher_is_better, unit_of
from rbench.leaderboards.every_eval_ever.schema import PREFIX

_LEVEL = 0.95
_COUNTS = ("n", "clusters", "no_answer", "truncated", "errored")
_NUMBERS = ("low", "high", "spread")
_ENDS = {"Infinity": float("inf"), "-Infinity": float("-inf")}


def figures_of(record: Fields, task: str) -> dict[Column, Figure]:
    """Return the figures of a record by column.

    What rbench wrote has its own columns; of others the subset is the name of the evaluation,
    and the metric its id or name. Raises `DataError` for a field that is wrong.
    """
    found: dict[Column, Figure] = {}
    for result in record.each("evaluation_results"):
        config = result.within("metric_config", required=True)
        column = _column(result, config, task)
        if column in found:
            column = _free(column, found)
        found[column] = _figure(result, config)
    return found


def _column(result: Fields, config: Fields, task: str) -> Column:
    name = result.text("evaluation_name")
    details = config.within("additional_details")
    metric = details.text_or(f"{PREFIX}metric")
    if metric:
        return details.text_or(f"{PREFIX}subset"), metric
    metric = config.text_or("metric_id") or config.text_or("metric_name") or "score"
    return "" if name == task else name, metric


def _free(column: Column, taken: Mapping[Column, Figure]) -> Column:
    count = 2
    while (column[0], f"{column[1]} ({count})") in taken:
        count += 1
    return column[0], f"{column[1]} ({count})"


def _figure(result: Fields, config: Fields) -> Figure:
    details = config.within("additional_details")
    config.flag("lower_is_better")
    score = result.within("score_details", required=True)
    value = score.number("score")
    _refuse_outside(value, config, score)
    unit = details.values.get(f"{PREFIX}unit")
    figure = Figure(
        value=value,
        unit=unit if isinstance(unit, str) else _unit(config),
        higher_is_better=higher_is_better(config.values),
    )
    return _with_own(_with_uncertainty(figure, score), score.within("details"))


def _unit(config: Fields) -> str:
    return unit_of({**config.values, "metric_unit": config.text_or("metric_unit") or None})


def _refuse_outside(value: float, config: Fields, score: Fields) -> None:
    for name, sign in (("min_score", 1), ("max_score", -1)):
        end = config.values.get(name)
        if isinstance(end, str) and end in _ENDS:
            end = _ENDS[end]
        elif end is not None:
            end = config.number(name)
        if end is not None and sign * value < sign * end:
            score.wrong("score", f"between min_score and max_score, and {name} is {end:g}")


def _with_uncertainty(figure: Figure, score: Fields) -> Figure:
    """Add what the source says of uncertainty; only an interval at 95 % is one of ours."""
    stated = score.within("uncertainty")
    if not stated.values and "confidence_interval" in score.values:
        stated = Fields(  # where version 0.2.0 has it
            {"confidence_interval": score.values["confidence_interval"]}, score.where
        )
    notes = []
    interval = stated.within("confidence_interval")
    if interval.values:
        low, high = interval.number("lower"), interval.number("upper")
        if low > high:
            interval.wrong("lower", f"at most upper, which is {high:g}")
        level, method = interval.number_or_none("confidence_level"), interval.text_or("method")
        if level == _LEVEL:
            figure = replace(figure, ci_low=low, ci_high=high, ci_method=method)
        else:
            name = "unstated level" if level is None else f"{100 * level:g} %"
            notes.append(f"interval at {name}: {low:g} to {high:g}")
    error = stated.within("standard_error")
    if error.values:
        method = error.text_or("method")
        said = f"standard error {error.number('value'):g}"
        notes.append(f"{said} ({method})" if method else said)
    if stated.values.get("num_samples") is not None:
        figure = replace(figure, n=stated.count("num_samples"))
    return replace(figure, note="; ".join(notes))


def _with_own(figure: Figure, details: Fields) -> Figure:
    """Add what rbench itself wrote of a figure."""
    found: dict[str, Json] = {}
    for name in (*_COUNTS, *_NUMBERS):
        text = details.text_or(f"{PREFIX}{name}")
        if text:
            stated = Fields({name: details.json_in(f"{PREFIX}{name}")}, details.where)
            found[name] = stated.count(name) if name in _COUNTS else stated.number(name)
    for name in ("note", "printed"):
        text = details.text_or(f"{PREFIX}{name}")
        if text:
            found[name] = text
    method = details.text_or(f"{PREFIX}ci_method")
    if method:
        found["ci_method"] = method
    findings = details.json_in(f"{PREFIX}findings", [])
    if not isinstance(findings, list) or not all(isinstance(one, str) for one in findings):
        details.wrong(f"{PREFIX}findings", "a list of texts")
    return replace(figure, **found, findings=tuple(findings))

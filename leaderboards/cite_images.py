"""The methods sentence of a run of images, from what its files say of the protocols."""

from collections.abc import Iterator, Mapping

from rbench.harness.canonical import digest
from rbench.harness.images.saved_image_run import SavedImageRun
from rbench.harness.types import Json
from rbench.leaderboards.cite_escape import plain
from rbench.leaderboards.cite_number import CitedNumber
from rbench.leaderboards.cite_parts import count, made_by, model_text, pairs, short_hash
from rbench.leaderboards.image_numbers import (
    Group,
    Line,
    evaluations_text,
    groups,
    headline_line,
    interval_text,
    value_text,
)
from rbench.leaderboards.tables import NOTHING, Results

_LABELS = {
    "none": "without labels",
    "balanced": "with labels in turn (balanced)",
    "random": "with labels drawn at random",
}


def image_methods(run: SavedImageRun) -> str:
    """Return the sentences: what was made how, by whom it was measured, and what came out."""
    results, spec = run.results, run.cell.asked["spec"]
    size = f"{spec['height']} x {spec['width']} x {spec['channels']}"
    labels = run.cell.asked["labels"]
    parts = [
        f"We made {_samples(results)} of {size} with {model_text(results)} for the task "
        f"{plain(run.cell.task)} version {run.cell.task_version}, {_LABELS.get(labels, labels)}, "
        f"quantised by {results['generated']['quantise']} "
        f"({results['generated']['clipped_share']:.2%} of the values clipped), network "
        f"evaluations per image: {_evaluations(results)}.",
        *(_measured(group, results) for group in groups([results])),
        *_incomplete(results),
        f"Made with {made_by(run.directory)}, run {plain(results['run_id'])}.",
    ]
    return " ".join(parts)


def image_numbers(results: Results) -> list[CitedNumber]:
    """Return the headline of every evaluator."""
    return [_number(group, headline_line(group, results)) for group in groups([results])]


def _number(group: Group, line: Line) -> CitedNumber:
    row = line.cells.get(group.headline)
    interval = None
    if row is not None and interval_text(row) != NOTHING:
        low, high = interval_text(row).split(" – ")
        interval = (low, high)
    name = f"{group.headline.metric} on {group.headline.on} ({group.evaluator})"
    return CitedNumber(name, "", value_text(row), interval, 0 if row is None else int(row["n"]))


def _samples(results: Results) -> str:
    made = count(results["samples"], "images")
    if results["repeats"] > 1:
        made = f"{results['repeats']} sets of {made}"
    if results["samples"] != results["protocol_samples"]:
        made += f" (NOT THE {results['protocol_samples']:,} OF THE PROTOCOL)"
    return made


def _evaluations(results: Results) -> str:
    text = evaluations_text(results)
    return "not counted" if text == NOTHING else text


def _measured(group: Group, results: Results) -> str:
    protocol = group.protocol
    metrics = ", ".join(_metric(one) for one in protocol["metrics"])
    networks = "; ".join(
        f"{name} (weights sha256 {short_hash(one['weights_sha256'])}, input "
        f"{_input(one['preprocess'])}, {one['precision']})"
        for name, one in protocol["representations"].items()
    )
    preset = f"after {protocol['preset']}" if protocol["preset"] else "of rbench's own"
    return (
        f"The evaluator {group.evaluator} ({preset}, protocol {group.protocol_id}) took {metrics}, "
        f"with {networks}, against the reference {_reference(protocol['reference'])}: "
        f"{_value(group, headline_line(group, results))}."
    )


def _metric(one: Mapping[str, Json]) -> str:
    options = f" [{pairs(one['options'])}]" if one["options"] else ""
    return f"{one['metric']} on {one['on']}{options}"


def _input(steps: Mapping[str, Json]) -> str:
    size = "as it is" if steps["size"] is None else f"{steps['size']} {steps['filter']}"
    return f"{size}, steps sha256 {short_hash(digest(dict(steps)))}"


def _reference(reference: Mapping[str, Json]) -> str:
    about = pairs({name: value for name, value in reference.items() if name != "name"})
    return f"{plain(str(reference['name']))} ({about})"


def _value(group: Group, line: Line) -> str:
    row, number = line.cells.get(group.headline), _number(group, line)
    if row is None or row["value"] is None:
        why = "" if row is None or not row["note"] else f": {row['note']}"
        return f"no value of {number.name}{why}"
    text = f"{group.headline.metric} {number.value}"
    if line.sample_set:
        text += f", {line.sample_set}"
    if number.interval is None:
        return f"{text}, without an interval"
    low, high = number.interval
    text += f" (95 % interval {low} to {high} by {row['ci_method']}"
    return f"{text}, which covers {row['ci_covers']})" if row["ci_covers"] else f"{text})"


def _incomplete(results: Results) -> Iterator[str]:
    missing = results["outcomes"]["errored"]
    if results["status"] == "incomplete":
        yield f"THE RUN IS INCOMPLETE: {missing:,} samples of the plan are not there."
    elif any(not row.get("comparable", True) for row in results["rows"]):
        yield "Samples or reference are not those of the protocol: not comparable with others."

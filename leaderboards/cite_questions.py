"""The methods sentence of a run of questions, from what its files say of the protocol."""

from collections.abc import Iterator, Mapping

from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json
from rbench.leaderboards.cite_escape import plain
from rbench.leaderboards.cite_number import CitedNumber, percent_range
from rbench.leaderboards.cite_parts import (
    count,
    made_by,
    model_text,
    pairs,
    short_hash,
    system_prompt_text,
)
from rbench.leaderboards.headline import headline_of
from rbench.leaderboards.tables import Results, percent

_RESPONSES = {
    "generate": "wrote its replies",
    "loglikelihood/letters": "did not write: the letter with the largest likelihood is its answer",
    "loglikelihood/texts": "did not write: the option whose text is likeliest is its answer",
}


def question_methods(run: SavedRun) -> str:
    """Return the sentences: who was asked what, how it was graded, and what came out."""
    results = run.results
    protocol = results["protocol"]
    parts = [
        f"We evaluated {model_text(results)} on {_task(protocol, run)}: {_asked(run, protocol)}, "
        f"{_prompt(protocol)}. The model {_response(protocol)}. {_grading(protocol)}",
        *_declared(protocol),
        _result(results),
        f"Made with {made_by(run.directory)}, response mode {protocol['response']}, protocol "
        f"{results['protocol_id']}, run {plain(results['run_id'])}.",
    ]
    return " ".join(parts)


def question_numbers(results: Results) -> list[CitedNumber]:
    """Return the headline of the run; none where it has no row."""
    row = _headline(results)
    if row is None:
        return []
    value = percent(row["value"])
    if row["value"] is None and row["low"] is not None:
        value = f"{percent(row['low'])} to {percent(row['high'])}"
    interval = None
    if row["value"] is not None and row["ci_low"] is not None:
        interval = (percent(row["ci_low"]), percent(row["ci_high"]))
    return [CitedNumber(f"{row['metric']}, {row['subset']}", "%", value, interval, row["n"])]


def _headline(results: Results) -> Mapping[str, Json] | None:
    """Return the row that ranks the run: that over all subsets, else its first subset's."""
    return headline_of(
        [
            (row["subset"], row)
            for row in results["rows"]
            if row["metric"] == "accuracy" and ":" not in row["subset"]
        ]
    )


def _task(protocol: Mapping[str, Json], run: SavedRun) -> str:
    data = protocol.get("data", {})
    digits = f"content sha256 {short_hash(data.get('content_sha256'))}"
    if "generator" in data:
        kinds = count(len(data["kinds"]), "kinds")
        about = (
            f"drawn by {data['generator']} from seed {data['seed']} ({kinds}, level "
            f"{data['level']}, language {data['language']}), {digits}"
        )
    elif "card" in data:
        source = run.plan["task_state"].get("source", {})
        revision = source.get("revision")
        about = (
            f"data {data['card']} from {plain(str(source.get('from', 'an unnamed source')))}, "
            f"revision {revision if revision else 'not named'}, {digits}"
        )
    else:
        about = digits
    return f"{plain(str(protocol['task']))} version {protocol['task_version']} ({about})"


def _asked(run: SavedRun, protocol: Mapping[str, Json]) -> str:
    asked, held = protocol["samples"], len(run.directory.read_items())
    text = count(asked, "questions")
    if asked < held:
        selection = short_hash(protocol["selection_sha256"])
        text = f"{asked:,} of its {held:,} questions (selection sha256 {selection})"
    repeats = protocol["repeats"]
    if isinstance(repeats, list):
        return f"{text}, some asked {min(repeats)} and some {max(repeats)} times"
    return f"{text}, each asked {'once' if repeats == 1 else f'{repeats} times'}"


def _prompt(protocol: Mapping[str, Json]) -> str:
    hashes = protocol.get("prompt_sha256", {})
    digits = ", ".join(f"{name} {short_hash(one)}" for name, one in hashes.items())
    text = (
        f"zero-shot, with the prompt {plain(str(protocol.get('prompt', 'unnamed')))} (template "
        f"sha256: {digits or 'none'}) and {system_prompt_text(protocol.get('system_prompt'))}"
    )
    if protocol.get("images") == "omit":
        return f"{text}, and without the pictures (a blind baseline)"
    if protocol.get("pictures"):
        text += f", pictures shown ({pairs(protocol['pictures'])})"
    return f"{text}, a drawing asked for where one can be scored" if protocol.get("draw") else text


def _response(protocol: Mapping[str, Json]) -> str:
    response = protocol["response"]
    return _RESPONSES.get(response, f"answered in the mode {plain(str(response))}")


def _grading(protocol: Mapping[str, Json]) -> str:
    if "extraction" in protocol:
        return f"Answers were read by {protocol['extraction']}."
    if "rule" not in protocol:
        return f"Replies were scored by: {pairs(_scoring(protocol)) or 'the task itself'}."
    rule = f"Final answers were graded by rbench's rule ({pairs(protocol['rule'])})"
    judge = protocol.get("judge")
    if judge is None:
        return f"{rule}, without a judge."
    return (
        f"{rule} and by the judge {plain(str(judge['label']))}, whose grade is the headline "
        f"({pairs({k: v for k, v in judge.items() if k != 'label'})})."
    )


def _scoring(protocol: Mapping[str, Json]) -> dict[str, Json]:
    asked = {"task", "task_version", "data", "prompt", "prompt_sha256", "system_prompt"}
    asked |= {"response", "samples", "selection_sha256", "repeats", "choosing_sha256"}
    return {name: value for name, value in protocol.items() if name not in asked}


def _declared(protocol: Mapping[str, Json]) -> Iterator[str]:
    declared = protocol.get("declared")
    if declared:
        tools = plain(str(declared["tools"])) if declared["tools"] else "no tools"
        yield f"Declared by the user: the best of {declared['best_of']} replies, {tools}."


def _result(results: Results) -> str:
    row = _headline(results)
    outcomes = results["outcomes"]
    total = sum(outcomes.values())
    counted = (
        f"{outcomes['no_answer']:,} of {total:,} replies had no answer and "
        f"{outcomes['truncated']:,} were truncated; both count as wrong"
    )
    if row is None:
        return f"There is no accuracy: {counted}."
    name = f"{row['metric']} ({row['subset']})"
    if results["status"] == "incomplete" or row["value"] is None:
        bounds = percent_range(row["low"], row["high"], "and")
        return (
            f"THE RUN IS INCOMPLETE: {outcomes['errored']:,} of {total:,} samples errored or were "
            f"not asked, so there is no value; the {name} lies between {bounds}."
        )
    interval = "no interval"
    if row["ci_low"] is not None:
        interval = f"95 % interval {percent_range(row['ci_low'], row['ci_high'], 'to')}"
        interval += f" by the method {row['ci_method']}"
    tolerated = ""
    if outcomes["errored"]:
        tolerated = (
            f"; {outcomes['errored']:,} errored and count as wrong, as max_error_rate "
            f"{results['max_error_rate']:g} allows"
        )
    return (
        f"The {name} is {percent(row['value'])} % ({interval}, n = {row['n']:,} in "
        f"{count(row['clusters'], 'clusters')}); {counted}{tolerated}."
    )

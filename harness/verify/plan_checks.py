"""plan.json against its own hashes, and against the name of the folder that it lies in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rbench.errors import RunDirectoryError
from rbench.harness.canonical import digest
from rbench.harness.plan import SCHEMA_VERSION, Cell
from rbench.harness.types import Item, Json, QaTask
from rbench.harness.verify.checks import Check, differs, unchecked, verified
from rbench.harness.verify.json_differences import json_differences

_MOST_REPEATS = 100_000


def other_schema(content: Mapping[str, Json] | None, name: str) -> Check | None:
    """Return the check of a file of another schema version; None for one that is read here."""
    version = SCHEMA_VERSION if content is None else content.get("schema_version")
    if version == SCHEMA_VERSION:
        return None
    return unchecked(
        "schema",
        f"{name} has schema version {version!r}, and this rbench reads {SCHEMA_VERSION}: verify "
        f"with the rbench that made the run, or run it again",
    )


def folder(path: Path, plan: Mapping[str, Json], run_id: str) -> Check:
    """Check run_id in plan.json, and the folder's name, against what the plan gives."""
    found = list(json_differences({"run_id": plan.get("run_id")}, {"run_id": run_id}))
    if found:
        return differs("run id", f"the plan gives {run_id}", found)
    name, wanted = path.resolve().name, run_id.rpartition("/")[2]
    if name != wanted:
        return differs("run id", f"the folder is called {name!r}, and the plan gives {wanted!r}")
    return verified("run id", run_id)


def answer_key(plan: Mapping[str, Json], hashed: Mapping[str, Json]) -> Check:
    """Check the key of what the replies depend on, `hashed`, which lacks only the nonce."""
    stands = plan.get("answer_key")
    if plan.get("identity") is None:
        return unchecked(
            "answer key", "the model does not say which it is, so the key holds a number drawn once"
        )
    key = digest({**hashed, "nonce": ""})
    if key != stands:
        found = json_differences({"answer_key": stands}, {"answer_key": key})
        return differs("answer key", "model, settings or what was asked are other than then", found)
    return verified("answer key", key[:12])


def question_answer_key(plan: Mapping[str, Json]) -> Check:
    """Check the answer key of a run of questions."""
    return answer_key(
        plan, {name: plan[name] for name in ("asked", "identity", "settings", "batch", "seed")}
    )


def score_key(plan: Mapping[str, Json], cell: Cell, task: QaTask) -> Check:
    """Check the key of how replies are scored, against the plan and against this rbench."""
    key = digest(cell.scored)
    if key != plan.get("score_key"):
        found = json_differences({"score_key": plan.get("score_key")}, {"score_key": key})
        return differs("score key", "the plan does not hold what its score key is of", found)
    found = json_differences(plan["scored"], _plain(task.scored()), "scored")
    listed = list(found)
    if listed:
        return differs("score key", "this rbench scores otherwise than the run was scored", listed)
    return verified("score key", key[:12])


def protocol(plan: Mapping[str, Json], results: Mapping[str, Json] | None, cell: Cell) -> Check:
    """Check protocol and protocol_id of the plan against what the plan holds.

    They are of the selection of the plan, or after `rbench score` of that of the results.
    """
    stands = {name: plan.get(name) for name in ("protocol", "protocol_id")}
    selections = [cell.selection]
    if results is not None and isinstance(results.get("selection"), dict):
        selections.append(results["selection"])
    found = []
    for selection in selections:
        one = replace(cell, selection=selection)
        comes_out = {"protocol": _plain(one.protocol), "protocol_id": one.protocol_id}
        found = list(json_differences(stands, comes_out))
        if not found:
            return verified("protocol", one.protocol_id)
    return differs("protocol", "the plan gives another protocol than it says", found)


def asked(cell: Cell, task: QaTask) -> Check:
    """Check what the plan says of prompts and data against the task that it keeps."""
    now = {"task": task.name, "task_version": task.version, **_plain(task.asked())}
    stands = {name: value for name, value in cell.asked.items() if name != "response"}
    if "choosing_sha256" not in stands:
        now.pop("choosing_sha256", None)
    if stands.get("task_version") != now["task_version"]:
        return unchecked(
            "prompts",
            f"version {stands.get('task_version')!r} of {cell.task} was asked, and this rbench has "
            f"version {now['task_version']!r}",
        )
    found = list(json_differences(stands, now, "asked"))
    if found:
        return differs("prompts", "the kept task is not the one that was asked", found)
    hashes = now.get("prompt_sha256")
    count = f"{len(hashes)} prompts" if isinstance(hashes, dict) else "what was asked"
    return verified("prompts", f"{count} as the protocol says")


def check_selection(selection: Json, name: str) -> None:
    """Raise `RunDirectoryError` for a selection that holds no counts."""
    counts = selection.values() if isinstance(selection, dict) else [None]
    for count in counts:
        if type(count) is not int or not 1 <= count <= _MOST_REPEATS:
            raise RunDirectoryError(f"{name}: the selection holds {count!r}, which is no count.")
    if not counts:
        raise RunDirectoryError(f"{name}: the selection is empty.")


def selection(
    planned: Mapping[str, int], results: Mapping[str, Json] | None, items: Sequence[Item]
) -> Check | None:
    """Check that the plan asks what there is and what the results are of; None where it does."""
    known = {item.id for item in items}
    strange = [name for name in planned if name not in known]
    if strange:
        return differs(
            "selection", f"items.jsonl does not hold what the plan asks: {', '.join(strange[:5])}"
        )
    finished: Mapping[str, int] = (results or {}).get("selection") or {}
    more = [name for name, count in finished.items() if count > planned.get(name, 0)]
    if more:
        return differs(
            "selection", f"the results are of more than the plan asks: {', '.join(more[:5])}"
        )
    return None


def _plain(value: Json) -> Json:
    """Return the value as a JSON file would give it back."""
    return json.loads(json.dumps(value))

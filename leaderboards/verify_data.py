"""The questions of a run against the hash of the data that its protocol names."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from rbench.harness.canonical import digest
from rbench.harness.cards import card_names, load_card
from rbench.harness.registry import TASKS, task_type
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Item, Json, QaTask, TaskInput
from rbench.harness.verify.checks import Check, differs, unchecked, verified
from rbench.harness.verify.json_differences import Difference, json_differences
from rbench.tasks.choice import ChoiceTask
from rbench.tasks.picture_rows import item_content
from rbench.tasks.rbench_v_live import RBenchVLiveOptions, drawn_task

_NAME = "data"
_SHARED = ("subject", "level")
_GENERATOR = "rbench-v-live"


def data_check(run: SavedRun) -> Check:
    """Check the run's questions by their content hash.

    Embedded questions are read from the package, generated ones are drawn again from their seed,
    and both are compared one by one. Of others the hash is taken over items.jsonl, where that
    holds all that the hash covers.
    """
    data = run.cell.asked.get("data")
    if not isinstance(data, dict) or "content_sha256" not in data:
        return unchecked(_NAME, f"the protocol of {run.cell.task} names no hash of its data")
    if data.get("generator") == _GENERATOR:
        return _drawn(run, data)
    embedded = _embedded(run)
    # Whatever the run says of its source: equal hashes are the same questions.
    if embedded is not None and _hash(embedded) == data["content_sha256"]:
        found = _differences(run.task.items, embedded.items, blobs=True)
        if found:
            return differs(_NAME, "the questions are not those of the package", found)
        return verified(_NAME, f"{len(embedded.items)} questions as in the package")
    return _by_items(run.task, run.task.items, data["content_sha256"])


def _drawn(run: SavedRun, data: Mapping[str, Json]) -> Check:
    state, drawn = run.plan["task_state"], len({item.cluster for item in run.task.items})
    if data["n"] != drawn:  # and what a stranger asks for is not drawn
        return differs(_NAME, f"the protocol names {data['n']} questions, and the run has {drawn}")
    options = RBenchVLiveOptions(
        **{name: data[name] for name in ("seed", "level", "n", "language")},
        kinds=",".join(data["kinds"]),
        images=state["images"],
        draw=state["draw"],
    )
    task = drawn_task(run.cell.task, options, TaskInput(offline=True))
    if task.version != run.cell.asked["task_version"]:
        return unchecked(_NAME, _other_version(run, task.version))
    found = _differences(run.task.items, task.items, blobs=False)
    if found:
        return differs(_NAME, "the questions are not those that the seed gives", found)
    if task.data["content_sha256"] != data["content_sha256"]:
        return unchecked(
            _NAME,
            "the seed gives the same questions, but pictures of other pixels are drawn here: "
            "another FreeType sets letters a little otherwise",
        )
    return verified(_NAME, f"{len(task.items)} questions drawn again from seed {data['seed']}")


def _embedded(run: SavedRun) -> QaTask | None:
    """Return the task with the questions that come with rbench; None where none do."""
    if run.cell.task_entry not in TASKS:
        return None
    entry: Any = task_type(run.cell.task_entry)
    name = getattr(entry, "card", "")
    if name not in card_names() or not load_card(name).package_files:
        return None
    task: QaTask = entry.load(entry.Options(), TaskInput(offline=True))
    return task


def _hash(task: QaTask) -> Json:
    return task.asked()["data"]["content_sha256"]


def _by_items(task: QaTask, items: Sequence[Item], stands: str) -> Check:
    if any(item.blobs or "picture" in item.data for item in items):
        return unchecked(
            _NAME, "the hash is of the pictures as published, and the run keeps them converted"
        )
    if not isinstance(task, ChoiceTask):
        return unchecked(_NAME, f"how {task.name} hashes its data is not known here")
    ordered = sorted(items, key=lambda item: item.id)
    found = digest([item_content(item, None) for item in ordered])
    if found == stands:
        return verified(_NAME, f"{len(items)} questions by their content's sha256")
    if _shares_groups(items):
        return unchecked(
            _NAME,
            "the hash is of the rows as published, and questions share subject and level with "
            "their translations in the run",
        )
    difference = Difference("content_sha256", f'"{stands}"', f'"{found}"')
    return differs(_NAME, "items.jsonl is not the data of the protocol", [difference])


def _shares_groups(items: Sequence[Item]) -> bool:
    twins = Counter(item.cluster for item in items)
    return any(
        twins[item.cluster] > 1 and any(item.data.get(name) for name in _SHARED) for item in items
    )


def _differences(
    stands: Sequence[Item], comes_out: Sequence[Item], *, blobs: bool
) -> list[Difference]:
    left = {item.id: _plain(item, blobs) for item in stands}
    right = {item.id: _plain(item, blobs) for item in comes_out}
    found = list(json_differences(left, right, "items"))
    if not found and list(left) != list(right):
        found = list(json_differences(list(left), list(right), "order of the items"))
    return found


def _plain(item: Item, blobs: bool) -> Json:
    kept = {f.name for f in fields(Item)} - (set() if blobs else {"blobs"})
    return json.loads(json.dumps({k: v for k, v in asdict(item).items() if k in kept}))


def _other_version(run: SavedRun, here: str) -> str:
    stands = run.cell.asked["task_version"]
    return f"the run is of version {stands} of {run.cell.task}, and this rbench has {here}"

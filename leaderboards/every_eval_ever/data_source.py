"""Where the questions or images of a task are from, as the schema's ``source_data``."""

from functools import lru_cache

from rbench.errors import UsageError
from rbench.harness.cards import Card, load_card
from rbench.harness.image_card import ImageCard, load_image_card
from rbench.harness.registry import TASKS, is_image_task, task_type
from rbench.harness.types import Json


@lru_cache
def card_of(task: str) -> Card | ImageCard | None:
    """Return the data card of a built-in task; None for other tasks, and without a card."""
    if task not in TASKS:
        return None
    kind = task_type(task)
    name = getattr(kind, "card", None)
    if not isinstance(name, str):
        return None
    try:
        return load_image_card(name) if is_image_task(kind) else load_card(name)
    except UsageError:
        return None


def source_data(task: str) -> dict[str, Json]:
    """Return the ``source_data`` of a task, as far as its card says."""
    card = card_of(task)
    if card is None:
        return {"dataset_name": task, "source_type": "other"}
    details = {"title": card.title, "licence": card.licence}
    if isinstance(card, ImageCard):
        details["source"] = card.source
    elif card.hub is not None:
        if card.revision is not None:
            details["revision"] = card.revision
        return {
            "dataset_name": card.name,
            "source_type": "hf_dataset",
            "hf_repo": card.hub,
            "additional_details": details,
        }
    return {"dataset_name": card.name, "source_type": "other", "additional_details": details}

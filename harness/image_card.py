"""Data cards of image sets: a YAML head with splits and published statistics, and prose.

They stand in ``data_cards/images``, apart from those of questions, whose heads say other things.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rbench.errors import DataError, UsageError, nearest
from rbench.harness.card_head import Head


@dataclass(frozen=True, slots=True)
class ImageCard:
    """One set of images, as its card declares it.

    Attributes:
        name, title: of the set.
        tasks: of the registry, that are about it.
        images: what an image is: ``32 x 32 RGB``.
        classes: ``10, known for every image``, or ``none``.
        splits: images by split.
        licence, redistribute, redistribute_reason: as in the cards of questions.
        source: where the set is described and published.
        obtain: tells a person how to get it.
        statistics: names of published statistics and what they are of; may be empty.
        package: the folder beside the cards that holds it, None where it is not embedded.
        prose: the rest.
    """

    name: str
    title: str
    tasks: str
    images: str
    classes: str
    splits: Mapping[str, int]
    licence: str
    redistribute: bool
    redistribute_reason: str
    source: str
    obtain: str
    statistics: Mapping[str, str]
    package: str | None
    prose: str


def image_card_names() -> tuple[str, ...]:
    """Return the names of the built-in cards of image sets, sorted."""
    entries = files("rbench.data_cards.images").iterdir()
    return tuple(sorted(e.name.removesuffix(".md") for e in entries if e.name.endswith(".md")))


def load_image_card(name_or_path: str | Path) -> ImageCard:
    """Return a built-in card by its name, or read the one at a path that ends in ``.md``.

    Raises `UsageError` for an unknown name, `DataError` for a card that cannot be read.
    """
    if isinstance(name_or_path, Path) or name_or_path.endswith(".md"):
        path = Path(name_or_path).expanduser()
        return _read(path, str(path))
    if name_or_path not in image_card_names():
        raise UsageError(
            f"there is no data card {name_or_path!r}{nearest(name_or_path, image_card_names())}"
        )
    file = files("rbench.data_cards.images") / f"{name_or_path}.md"
    return _read(file, f"data card {name_or_path}.md")


def image_card_facts(card: ImageCard) -> Iterator[tuple[str, str]]:
    """Yield the facts of a card, what each is called, and further lines under an empty name."""
    yield "images", card.images
    yield "classes", card.classes
    head = "splits"
    for split, count in card.splits.items():
        yield head, f"{split}: {count:,} images"
        head = ""
    yield "licence", card.licence
    yield "redistribute", f"{'yes' if card.redistribute else 'no'}: {card.redistribute_reason}"
    yield "source", card.source
    head = "statistics"
    for name, what in card.statistics.items():
        yield head, f"{name}: {what}"
        head = ""
    if not card.statistics:
        yield head, "none published"
    yield "obtain", card.obtain


def _read(file: Traversable, where: str) -> ImageCard:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{where} cannot be read as a data card: {error}.") from error
    head, prose = Head.split(text, where)
    splits = {}
    for split, inner in head.heads("splits").items():
        splits[split] = inner.count("images")
        inner.finish()
    card = ImageCard(
        name=head.text("name"),
        title=head.text("title"),
        tasks=head.text("tasks"),
        images=head.text("images"),
        classes=head.text("classes"),
        splits=splits,
        licence=head.text("licence"),
        redistribute=head.flag("redistribute"),
        redistribute_reason=head.text("redistribute_reason"),
        source=head.text("source"),
        obtain=head.text("obtain"),
        statistics=head.texts("statistics"),
        package=head.text_or_null("package"),
        prose=prose,
    )
    head.finish()
    return card

"""Items from drawn questions, in one language or both."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from rbench.harness.canonical import digest
from rbench.harness.types import Item, Json
from rbench.tasks.inline_options import inline_options
from rbench.tasks.visual.drawn_question import LANGUAGES, DrawnQuestion
from rbench.tasks.visual.question import Language

Languages: TypeAlias = Literal["en", "zh", "both"]


def live_items(questions: Sequence[DrawnQuestion], language: Languages) -> tuple[Item, ...]:
    """Return the items: ``math/en/17`` is the 17th question of its category.

    In both languages a question has the same picture, answer and cluster, one after the other.
    """
    languages = LANGUAGES if language == "both" else (language,)
    return tuple(
        Item(
            id=f"{question.category}/{each}/{number}",
            subset=question.category,
            cluster=f"{question.category}/{number}",
            data=_data(question, each),
            blobs=(question.blob,),
        )
        for number, question in _numbered(questions)
        for each in languages
    )


def content_sha256(questions: Sequence[DrawnQuestion], *, pixels: bool = True) -> str:
    """Return the hash of the questions in both languages, their answers and scenes.

    With `pixels` it also covers the pictures as they are drawn here; another FreeType may set
    the labels' letters a little otherwise.
    """
    return digest(
        [
            {
                "kind": question.place.kind,
                "version": question.version,
                "level": question.place.level,
                "text": dict(question.text),
                "how_to_draw": question.how_to_draw and dict(question.how_to_draw),
                "answer": question.answer,
                "choices": list(question.choices),
                "scene": question.scene_sha256,
                **({"pixels": question.pixels_sha256} if pixels else {}),
            }
            for question in questions
        ]
    )


def _numbered(questions: Sequence[DrawnQuestion]) -> Iterator[tuple[int, DrawnQuestion]]:
    numbers: Counter[str] = Counter()
    for question in questions:
        numbers[question.category] += 1
        yield numbers[question.category], question


def _data(question: DrawnQuestion, language: Language) -> Mapping[str, Json]:
    asked = question.how_to_draw
    text = question.text[language]
    options = inline_options(text)
    return {
        "question": text,
        "gold": question.answer,
        **({"options": options} if options else {}),
        "category": question.category,
        "language": language,
        "choices": list(question.choices),
        "picture": {"width": question.width, "height": question.height},
        "level": str(question.place.level),
        "kind": question.place.kind,
        "version": question.version,
        "scene": question.scene,
        **({} if asked is None else {"how_to_draw": asked[language]}),
    }

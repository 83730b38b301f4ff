"""The own format of replies: one JSON object per line.

``{"id": "en/12", "repeat": 0, "text": "... ANSWER: C", "reasoning": "...", "finish": "stop",
"usage": {"input": 210, "output": 96}, "option_scores": {"logprob": {"A": -1.5, ...}},
"images": ["drawn/12.png", "data:image/png;base64,..."], "model": "..."}``; required are ``id``
and one of ``text``, ``option_scores``, ``error`` and ``images``. Paths of pictures start at the
file's folder and stay in it.
"""

from collections.abc import Iterator
from pathlib import Path

from rbench.errors import DataError
from rbench.harness.given_pictures import given_pictures
from rbench.harness.given_reply import given_reply
from rbench.harness.reply_files.json_input import objects
from rbench.harness.reply_files.record import Record


def read_rbench(path: Path) -> Iterator[Record]:
    """Yield a record per line. Raises `DataError` naming file, line and value."""
    lines: dict[tuple[str, int], int] = {}
    for number, line in objects(path):
        where = f"{path}, line {number}"
        item_id, repeat, model = line.get("id"), line.get("repeat", 0), line.get("model")
        if not (isinstance(item_id, str) and item_id) and type(item_id) is not int:
            raise DataError(f"{where}: id is {item_id!r}, not an item's id such as 'en/12'.")
        if type(repeat) is not int or repeat < 0:
            raise DataError(f"{where}: repeat is {repeat!r}, not a count from 0.")
        try:
            reply = given_reply(line, finish="unknown")
            images = line.get("images")
            given_pictures(images, path.parent, inside=True)
        except ValueError as error:
            raise DataError(f"{where}: {error}.") from error
        first = lines.setdefault((str(item_id), repeat), number)
        if first != number:
            raise DataError(
                f"{path}: lines {first} and {number} both reply to {item_id}, repeat {repeat}; "
                f"keep one, or number them by 'repeat'."
            )
        known = model if isinstance(model, str) else ""
        pictures = tuple(images or ())
        yield Record(f"line {number}", str(item_id), repeat, reply, known, pictures=pictures)

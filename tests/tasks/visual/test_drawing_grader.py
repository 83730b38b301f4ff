import asyncio
import json
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from rbench.errors import RunDirectoryError
from rbench.harness.blobs import BlobFolder
from rbench.harness.types import Answerer, Ask, Call, Item, Json, Reply
from rbench.tasks.visual.drawing_grader import MAX_PIXELS, DrawingGrader
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.maze_grid import Grid
from rbench.tasks.visual.generators.maze_solvers import search
from tests.tasks.visual.game_drawings import with_line
from tests.tasks.visual.game_kinds import drawn

QUESTION = drawn("maze", 1, 0)


def _right() -> Image.Image:
    grid = Grid.from_scene(QUESTION.scene)
    picture = generator("maze").render(QUESTION.scene)
    return with_line(picture, [grid.middle(cell) for cell in search(grid)[1]])


def _bytes(image: Image.Image, form: str = "PNG") -> bytes:
    file = BytesIO()
    image.save(file, form)
    return file.getvalue()


def _grade(tmp_path: Path, content: bytes, **changes: Json) -> Reply:
    blobs = BlobFolder(tmp_path)
    request = {
        "generator": "maze",
        "version": generator("maze").version,
        "scene": json.loads(json.dumps(QUESTION.scene)),
        "drawing": blobs.write(content, "png"),
    }
    call = Call(Item("1", "game", "1", {}), 0, 1, Ask("drawing", request | changes), 0, blobs)
    (reply,) = asyncio.run(DrawingGrader().answer([call]))
    return reply


def _value(reply: Reply) -> tuple[float, str]:
    assert reply.error is None
    result = json.loads(reply.text or "")
    assert set(result) == {"value", "why"}
    return result["value"], result["why"]


def test_it_is_an_answerer_of_one_call_at_a_time() -> None:
    grader = DrawingGrader()
    assert isinstance(grader, Answerer)
    assert (grader.batch, grader.max_concurrency) == (1, 2)
    assert grader.identity is not None
    asyncio.run(grader.close())


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_right_drawing_is_right_in_any_format(tmp_path: Path, form: str) -> None:
    assert _value(_grade(tmp_path, _bytes(_right(), form))) == (1, "")


def test_a_blank_copy_is_wrong(tmp_path: Path) -> None:
    blank = generator("maze").render(QUESTION.scene)
    assert _value(_grade(tmp_path, _bytes(blank))) == (0, "nothing is drawn in red")


def test_a_transparent_drawing_lies_on_white(tmp_path: Path) -> None:
    image = _right().convert("RGBA")
    clear = [(*p[:3], 0) if p[:3] == (255, 255, 255) else p for p in image.get_flattened_data()]
    image.putdata(clear)
    assert _value(_grade(tmp_path, _bytes(image))) == (1, "")


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", _bytes(_right())[:2000], b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"GIF89a\1"],
)
def test_what_is_no_picture_is_wrong(tmp_path: Path, content: bytes) -> None:
    value, why = _value(_grade(tmp_path, content))
    assert value == 0
    assert why.startswith("the drawing cannot be read as a picture")


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_a_bomb_is_refused_unread(tmp_path: Path, side: int) -> None:
    assert side * side > MAX_PIXELS
    value, why = _value(_grade(tmp_path, _huge_png(side)))
    assert value == 0
    assert "too large" in why


def _huge_png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")
    )


def test_a_question_of_another_version_is_an_error(tmp_path: Path) -> None:
    reply = _grade(tmp_path, _bytes(_right()), version="0")
    assert reply.text is None
    assert "version 0 of maze" in (reply.error or "")


def test_a_kind_that_is_not_drawn_is_an_error(tmp_path: Path) -> None:
    reply = _grade(
        tmp_path, _bytes(_right()), generator="board", version=generator("board").version
    )
    assert reply.error == "answers of board are not drawn"


def test_a_drawing_that_is_gone_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError):
        _grade(tmp_path, b"", drawing="0" * 64 + ".png")


def test_equal_requests_get_equal_replies(tmp_path: Path) -> None:
    content = _bytes(_right(), "JPEG")
    assert _grade(tmp_path, content) == _grade(tmp_path, content)

"""`DrawingGrader`: scores the pictures that a model drew its answer into."""

import asyncio
import json
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, cast

from rbench.harness.types import Call, Json, Reply
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.question import DrawnGenerator, DrawnScore

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 50_000_000
"""A drawing with more is refused unread: it could fill the memory."""


class DrawingGrader:
    """An `Answerer` for the role ``drawing``, on this machine.

    The request holds ``generator``, ``version``, ``scene`` and ``drawing``, the name of a blob.
    The reply's text is ``{"value": 0 or 1, "why": ...}``. What cannot be read as a picture is
    the model's fault: value 0. A kind of question that cannot be drawn, or was another version's,
    is an `error`.
    """

    def __init__(self) -> None:
        self.identity: Mapping[str, Json] | None = {"grader": "drawing", "version": "1"}
        self.settings: Mapping[str, Json] = {}
        self.batch = 1
        self.max_concurrency: int | None = 2

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        """Score each drawing, in a thread. Raises `RunDirectoryError` for a blob that is gone."""
        return [await asyncio.to_thread(_reply, call) for call in calls]

    async def close(self) -> None:
        """Hold nothing, so give nothing back."""


def _reply(call: Call) -> Reply:
    request = call.ask.request
    kind = generator(request["generator"])
    if kind.version != request["version"]:
        return Reply(
            error=f"the question is of version {request['version']} of {kind.name}, and this is "
            f"version {kind.version}"
        )
    if not hasattr(kind, "score_drawing"):
        return Reply(error=f"answers of {kind.name} are not drawn")
    if call.blobs is None:
        return Reply(error="there are no pictures to read the drawing from")
    content = call.blobs.read(request["drawing"])
    score = _score(cast(DrawnGenerator, kind), request["scene"], content)
    return Reply(text=json.dumps({"value": score.value, "why": score.why}))


def _score(kind: DrawnGenerator, scene: Mapping[str, Json], content: bytes) -> DrawnScore:
    try:
        drawing = _read(content)
    except _Unreadable as error:
        return DrawnScore(0.0, str(error))
    return kind.score_drawing(scene, kind.render(scene), drawing)


class _Unreadable(Exception):
    pass


def _read(content: bytes) -> "Image.Image":
    """Decode a picture, its first frame, on white where it is transparent."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a large picture: the limit is our own
            with Image.open(BytesIO(content)) as file:
                if file.width * file.height > MAX_PIXELS:
                    raise _Unreadable(
                        f"the drawing is too large: {file.width} x {file.height} pixels"
                    )
                upright = ImageOps.exif_transpose(file).convert("RGBA")
    # Pillow's decoders raise what they like for damaged bytes.
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError) as error:
        raise _Unreadable(f"the drawing cannot be read as a picture: {error}") from error
    except Image.DecompressionBombError as error:
        raise _Unreadable("the drawing is too large to be read") from error
    white = Image.new("RGBA", upright.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, upright).convert("RGB")

"""Calls with pictures, for the tests of the adapters."""

import base64
import io

from rbench.harness.blobs import BlobFolder
from rbench.harness.types import Ask, Call, Item


def png(colour="red", size=(64, 48)):
    """Return a PNG whose left half is white."""
    from PIL import Image

    picture = Image.new("RGB", size, colour)
    picture.paste("white", (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    picture.save(file, format="PNG")
    return file.getvalue()


def data_url(content, kind="image/png"):
    """Return the data URL of a picture."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def pictured(folder, *pictures, text="What is it?", number=1, repeat=0, seed=0, **request):
    """Return a call whose user message has these pictures before its text; a plain one without.

    `folder` is where the blobs lie.
    """
    blobs = BlobFolder(folder)
    names = tuple(blobs.write(content, "png") for content in pictures)
    parts = [{"type": "image", "index": i} for i in range(len(names))]
    content = [*parts, {"type": "text", "text": text}] if names else text
    item = Item(f"math/{number}", "math", str(number), {}, names)
    messages = [{"role": "user", "content": content}]
    return Call(item, repeat, 0, Ask("model", {"messages": messages, **request}), seed, blobs)

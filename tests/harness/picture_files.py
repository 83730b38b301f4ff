"""Drawn pictures, and synthetic rows and folders in the shape of R-Bench-M and RBench-V."""

import base64
import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from rbench.harness.cards import Card, Subset, load_card
from tests.harness.choice_files import Rows, choice_rows, write_jsonl, write_parquet


def drawing(number: int = 0, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Draw something that depends on the number and has no symmetry."""
    image = Image.new("RGB", size, (250, 250, 250))
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle([2, 2, width // 3, height // 2], fill=(200, number % 256, 30))
    draw.line([0, height - 1, width - 1, height // 3], fill=(0, 60, 200), width=2)
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a file."""
    file = io.BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


def decoded(content: bytes) -> Image.Image:
    """Read a file back, as any program would."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG file."""
    total = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", total)


def raw_png(
    width: int, height: int, bits: int, colour: int, rows: bytes, extra: bytes = b""
) -> bytes:
    """Write a PNG by hand; `rows` are its lines without filters, `extra` chunks before them."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    stride = len(rows) // height
    lines = b"".join(b"\0" + rows[i * stride : (i + 1) * stride] for i in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + extra
        + png_chunk(b"IDAT", zlib.compress(lines))
        + png_chunk(b"IEND", b"")
    )


def in_parquet(content: bytes | None) -> Any:
    """Return a picture as the hub's parquet files hold it."""
    return None if content is None else {"bytes": content, "path": None}


def in_json(content: bytes | None) -> Any:
    """Return a picture as base64."""
    return None if content is None else base64.b64encode(content).decode()


def pictured_rows(count: int) -> dict[str, Rows]:
    """Return rows of R-Bench-M in both languages with the bytes of their pictures.

    Those of a question and its translation are equal.
    """
    return {
        language: [
            {**row, "image": encoded(drawing(row["index"]))} for row in choice_rows(count, language)
        ]
        for language in ("en", "zh")
    }


def visual_rows(count: int) -> Rows:
    """Return rows of RBench-V, going through the categories; every fifth has no picture."""
    names = ("Math", "Physics", "Counting", "Game")
    return [
        {
            "question": f"How many lines are drawn in picture {number}?",
            "answer": f"{number}",
            "image": None if number % 5 == 0 else encoded(drawing(number)),
            "catagory": names[number % 4],
        }
        for number in range(1, count + 1)
    ]


def expecting(name: str, rows: int) -> Card:
    """Return a built-in card that expects `rows` rows in each subset."""
    card = load_card(name)
    subsets = {n: Subset(s.config, s.split, rows) for n, s in card.subsets.items()}
    return replace(card, subsets=subsets)


def write_rows(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows with their pictures, as parquet or JSON lines by the name of the file."""
    if file.suffix == ".parquet":
        write_parquet(file, [{**row, "image": in_parquet(row["image"])} for row in rows])
    else:
        write_jsonl(file, [{**row, "image": in_json(row["image"])} for row in rows])


def write_pictured(folder: Path, rows: Mapping[str, Rows], layout: str) -> None:
    """Write the subsets of R-Bench-M; `layout` is a name with ``{config}``."""
    for name, subset_rows in rows.items():
        write_rows(folder / layout.format(config=f"rbench-m_{name}"), subset_rows)

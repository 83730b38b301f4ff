"""A file's content, and assets made for it."""

import hashlib
import random

from rbench.assets import Asset

CONTENT = random.Random(1).randbytes(700_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def made(
    address: str = "https://nowhere.invalid/weights.bin",
    sha256: str | None = SHA256,
    size: int | None = None,
    name: str = "weights/a/weights.bin",
) -> Asset:
    return Asset(name, address, "MIT", "the weights of A", sha256, size)

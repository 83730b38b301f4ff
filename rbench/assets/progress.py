"""What is told about a long transfer or a long reading, to whoever shows it."""

from collections.abc import Callable
from typing import Literal, TypeAlias

Step = Literal["fetch", "verify"]

Progress: TypeAlias = Callable[[Step, int, int | None], None]
"""Called as ``progress(step, done, total)`` with bytes; `total` is None where it is unknown. It is
called often, from the thread that fetches, so it must be quick."""

"""What both directions share: versions, and the names under which rbench's own details stand.

The schema allows free details whose values are strings. Those of an entry stand with the source,
those of a figure with its score; what is no text is JSON.
"""

from typing import Literal, TypeAlias

VERSION = "0.3.0"
"""The version that is written."""

READ = ("0.2.", "0.3.")
"""How the versions begin that are read: what is read of them is the same in all."""

UNKNOWN = "unknown"
"""The schema's own word for what is not known."""

LIBRARY = "rbench"

Relationship: TypeAlias = Literal["first_party", "third_party", "collaborative", "other"]

ENTRY_TEXTS = ("key", "task", "origin", "status", "protocol_id", "evaluations", "date")
"""Fields of an `Entry` that are text, as the details name them: ``rbench_key``."""

ENTRY_VALUES = ("protocol", "settings", "headline", "notes", "info", "source")
"""Fields of an `Entry` that are JSON in the details."""

PREFIX = "rbench_"

RECORD = "record, "
"""How the evidence of such an entry begins; the relationship follows."""

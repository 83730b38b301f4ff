"""`Asset`: one file that is not part of rbench: where it comes from and what it must be."""

import re
from dataclasses import dataclass
from typing import Literal

from rbench.errors import UsageError

Kind = Literal["weights", "statistics", "prompts", "samples"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HUB = re.compile(
    r"hf://(?P<datasets>datasets/)?(?P<repo>[^/@]+/[^/@]+)@(?P<at>[^/]+)/(?P<path>.+)"
)


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository on the Hugging Face hub, at a revision."""

    repo: str
    revision: str
    path: str
    repo_type: Literal["model", "dataset"]

    @property
    def page(self) -> str:
        """The repository's page, where a licence is read and accepted."""
        middle = "datasets/" if self.repo_type == "dataset" else ""
        return f"https://huggingface.co/{middle}{self.repo}"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: where it comes from, under which licence, and what it must hash to.

    Attributes:
        name: its path below the mirror folder, and its name on the command line.
        address: ``https://...``, or ``hf://[datasets/]OWNER/NAME@REVISION/PATH`` for a file of
            the Hugging Face hub.
        licence: of the content, as its publisher states it.
        what: a few words that name it in an error: "the prompt of R-Bench-T in OpenCompass".
        sha256: 64 hexadecimal digits; None where no public source states it. Then the content
            of the first fetch is remembered, and another is refused.
        size: in bytes; None where unknown.
        kind: what it is used as.
        source: where the address, the hash and the size were read.

    Raises `UsageError` for a name that leaves the folder, a hash that is none, or an address
    that cannot be fetched from.
    """

    name: str
    address: str
    licence: str
    what: str
    sha256: str | None = None
    size: int | None = None
    kind: Kind = "weights"
    source: str = ""

    def __post_init__(self) -> None:
        if any(part in ("", ".", "..") for part in self.name.split("/")) or "\\" in self.name:
            raise UsageError(f"an asset is named by a path below a folder, not {self.name!r}.")
        if self.sha256 is not None and not _SHA256.fullmatch(self.sha256):
            raise UsageError(f"{self.name}: {self.sha256!r} is not 64 hexadecimal digits.")
        if self.hub is None and not self.address.startswith(("https://", "http://")):
            raise UsageError(
                f"{self.name}: the address {self.address!r} is neither https://... nor "
                f"hf://OWNER/NAME@REVISION/PATH."
            )

    @property
    def hub(self) -> HubFile | None:
        """The hub's file that the address names, or None for a plain address."""
        found = _HUB.fullmatch(self.address)
        if found is None:
            return None
        kind: Literal["model", "dataset"] = "dataset" if found["datasets"] else "model"
        return HubFile(found["repo"], found["at"], found["path"], kind)

"""env.json: what the run was made with. No secrets, no environment variables."""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath

from rbench.harness.secrets import redact
from rbench.harness.types import Json

_PACKAGES = (
    "rbench", "aiohttp", "datasets", "numpy", "pyarrow", "scipy", "tokenizers", "torch",
    "transformers",
)  # fmt: skip


def describe(arguments: Sequence[str] | None = None) -> dict[str, Json]:
    """Return versions, machine and command line of this process."""
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": [redact(a) for a in (_command() if arguments is None else arguments)],
        "python": platform.python_version(),
        "packages": {name: v for name in _PACKAGES if (v := _version(name))},
        "platform": platform.platform(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "gpus": _gpus(),
        "git": _git_revision(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def processor() -> str:
    """Return the name of the processor, empty where the system does not say."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def _gpus() -> list[str]:
    # Only when torch is in use anyway: importing it to look would cost seconds.
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return []
    return [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]


def _git_revision() -> str | None:
    """Return the commit of the working directory, with ``+`` when files differ from it."""
    try:
        commit = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=True
        ).stdout.strip()
        dirty = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"],
            capture_output=True, text=True, timeout=5, check=True,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return commit + ("+" if dirty else "")


def _command() -> list[str]:
    """Return the command line without the folder that the program lies in."""
    name = PurePath(sys.argv[0]).name
    return ["rbench" if name == "__main__.py" else name, *sys.argv[1:]]

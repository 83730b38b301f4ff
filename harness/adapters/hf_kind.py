"""Whether a model of transformers reads pictures: from its config, no weights are loaded."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rbench.harness.adapters.hf_source import ModelSource, hub_is_offline
from rbench.harness.types import Json


def is_image_text(source: ModelSource) -> bool:
    """Return whether the model is one of `AutoModelForImageTextToText`.

    Its class must be listed there; code that comes with a model says it by its ``auto_map``. A
    config that cannot be read is no such model: loading it says what is wrong.
    """
    if source.gguf_file is not None:
        return False
    try:
        config = json.loads(_config_file(source).read_bytes())
    except (OSError, ValueError):
        return False
    if not isinstance(config, dict):
        return False
    if isinstance(config.get("auto_map"), dict):
        return "AutoModelForImageTextToText" in config["auto_map"]
    return _is_listed(config)


def _is_listed(config: Mapping[str, Json]) -> bool:
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as LISTED,
    )

    classes = {name for each in LISTED.values() for name in _names(each)}
    own = config.get("architectures") or _names(LISTED.get(config.get("model_type", ""), ()))
    return any(name in classes for name in own)


def _names(each: Json) -> Sequence[str]:
    return [each] if isinstance(each, str) else each


def _config_file(source: ModelSource) -> Path:
    if source.revision is None:
        return Path(source.location) / "config.json"
    import huggingface_hub

    file = huggingface_hub.hf_hub_download(
        source.location,
        "config.json",
        revision=source.revision,
        local_files_only=hub_is_offline(),
    )
    return Path(file)

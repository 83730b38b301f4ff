"""The built-in representations by name; a name's module is imported when it is asked for."""

from importlib import import_module
from typing import cast

from rbench.errors import UsageError, nearest
from rbench.metrics.representations.representation import Representation

_HERE = "rbench.metrics.representations"

BUILT_IN: dict[str, str] = {
    "inception-v3": f"{_HERE}.inception_v3:inception_v3",
    "efficientnet-lite0": f"{_HERE}.efficientnet_lite0:efficientnet_lite0",
    "vgg16": f"{_HERE}.vgg16:vgg16",
    "dinov2-l": f"{_HERE}.dinov2:dinov2_l",
    "clip-l14-336": f"{_HERE}.cmmd_clip:clip_l14_336",
    "fdr/dinov2-l": f"{_HERE}.fdr_set:dinov2_l",
    "fdr/convnextv2-b": f"{_HERE}.fdr_set:convnextv2_b",
    "fdr/mae-l": f"{_HERE}.fdr_set:mae_l",
    "fdr/siglip2-so400m": f"{_HERE}.fdr_set:siglip2_so400m",
    "fdr/clip-l": f"{_HERE}.fdr_set:clip_l",
}
"""Name -> "module:function"; ``function()`` returns the `Representation`."""

FAMILIES: dict[str, str] = {
    "pixels/": f"{_HERE}.pixels:pixels_by_name",
    "gray/": f"{_HERE}.pixels:gray_by_name",
    "timm/": f"{_HERE}.timm_models:timm_model",
    "open_clip/": f"{_HERE}.open_clip_models:open_clip_model",
}
"""Prefix -> "module:function"; ``function(name)`` takes the full name, prefix included."""

FAMILY_FORMS: tuple[str, ...] = (
    "pixels/SIZE",
    "gray/SIZE",
    "timm/NAME",
    "open_clip/ARCHITECTURE/PRETRAINED",
)
"""How the names of the families are written."""


def list_representations() -> list[str]:
    """Return the built-in names, sorted, then the forms of the families such as ``timm/NAME``."""
    return [*sorted(BUILT_IN), *FAMILY_FORMS]


def get_representation(name: str) -> Representation:
    """Return the representation called `name`, without loading its weights.

    Raises `UsageError` for an unknown name.
    """
    if name in BUILT_IN:
        return cast(Representation, _function(BUILT_IN[name])())
    for prefix, function in FAMILIES.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return cast(Representation, _function(function)(name))
    for form in FAMILY_FORMS:
        if form.startswith(f"{name.rstrip('/')}/"):
            raise UsageError(f"{name!r} is a family: write {form}.")
    raise UsageError(f"There is no representation {name!r}{nearest(name, list_representations())}")


def _function(reference: str):  # type: ignore[no-untyped-def]
    module, _, function = reference.partition(":")
    return getattr(import_module(module), function)

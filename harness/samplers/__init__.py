"""Samplers: how a bare network is run to make images, one file each.

Noise -> Start -> sampler(network) -> images in [-1, 1], or latents
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rbench.errors import UsageError, nearest

SAMPLERS: Mapping[str, str] = {
    "euler": "rbench.harness.samplers.euler:Euler",
    "heun": "rbench.harness.samplers.heun:Heun",
    "edm-heun": "rbench.harness.samplers.edm_heun:EdmHeun",
    "ddim": "rbench.harness.samplers.ddim:Ddim",
    "deq-ddim": "rbench.harness.samplers.deq_ddim:DeqDdim",
    "meanflow": "rbench.harness.samplers.meanflow:MeanFlow",
    "pixel-meanflow": "rbench.harness.samplers.pixel_meanflow:PixelMeanFlow",
    "guided-meanflow": "rbench.harness.samplers.guided_meanflow:GuidedMeanFlow",
    "consistency": "rbench.harness.samplers.consistency:Consistency",
    "one-shot": "rbench.harness.samplers.one_shot:OneShot",
    "equilibrium": "rbench.harness.samplers.equilibrium:Equilibrium",
}


def sampler_type(name: str) -> type[Any]:
    """Return the sampler's class: a frozen dataclass of its options.

    ``edm_heun`` is taken for ``edm-heun``. Raises `UsageError` for an unknown name.
    """
    known = name.replace("_", "-")
    if known not in SAMPLERS:
        raise UsageError(f"There is no sampler {name!r}{nearest(known, tuple(SAMPLERS))}")
    module, _, attribute = SAMPLERS[known].partition(":")
    found: type[Any] = getattr(import_module(module), attribute)
    return found

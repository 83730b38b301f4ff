"""Parameters and floating-point operations of a generator, and where it computes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rbench.harness.images.types import ImageGenerator, SampleBatch


def count_parameters(networks: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of parameters of each torch module, shared ones once."""
    return {
        role: sum(p.numel() for p in module.parameters())
        for role, module in networks.items()
        if hasattr(module, "parameters")
    }


def first_device(networks: Mapping[str, Any]) -> str | None:
    """Return the device of the first parameter or buffer, None where there is none."""
    for module in networks.values():
        if hasattr(module, "parameters"):
            for tensor in (*module.parameters(), *module.buffers()):
                return str(tensor.device)
    return None


def prepare_counting(networks: Mapping[str, Any]) -> None:
    """Import what `count_flops` needs: it takes seconds, which are not the generator's."""
    if networks:
        import torch.utils.flop_counter  # noqa: F401


def count_flops(generator: ImageGenerator, batch: SampleBatch) -> tuple[float | None, str]:
    """Return the operations per image of one `generate`, and a note.

    torch's counter: matrix products, convolutions and attention, a multiply-add as two, of
    whatever network they are (a decoder's too). None where there is no torch module.
    """
    if not any(hasattr(module, "parameters") for module in generator.networks.values()):
        return None, "no torch module is known: operations were not counted"
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    # torch 2.14 does not know attention on the CPU.
    own = {torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention}
    with _no_fused_layers(), FlopCounterMode(display=False, custom_mapping=own) as counter:
        generator.generate(batch)
    total = counter.get_total_flops()
    if not total:
        return None, "torch counted no operations: their number is not known"
    return total / len(batch), "flops_per_image: a multiply-add is two; many papers count one"


def _attention(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    """Return the operations of softmax(q k^T) v; shapes (batch, heads, length, width)."""
    batch, heads, length, width = query
    return int(2 * batch * heads * length * key[-2] * (width + value[-1]))


@contextmanager
def _no_fused_layers() -> Iterator[None]:
    """Keep torch's encoder layers from running as one operation, which nobody counts."""
    import torch

    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)

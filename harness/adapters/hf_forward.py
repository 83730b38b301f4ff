"""The one place that runs the network: padded batches in, logits of the last positions out.

A batch always has the same number of rows and a width on a fixed grid, and every row its own
positions: what shares a batch with a question changes its numbers by rounding at most, and the
same batch has the same bits.
"""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError

if TYPE_CHECKING:
    import torch

GRID = 32


@dataclass(frozen=True, slots=True)
class Batch:
    """Tokens [B, T], mask [B, S] of all positions so far (S >= T), positions [B, T]; int64."""

    tokens: "torch.Tensor"
    mask: "torch.Tensor"
    positions: "torch.Tensor"

    def then(self, rows: Sequence[Sequence[int]]) -> "Batch":
        """Return the batch that goes on with these tokens, padded on the right.

        A row may be empty: what has ended takes up no further positions.
        """
        import torch

        width = max(1, *(len(row) for row in rows))
        tokens = torch.tensor([[*row, *[0] * (width - len(row))] for row in rows])
        new = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        mask = torch.cat([self.mask, new.to(self.mask)], dim=1)
        return Batch(tokens.to(mask), mask, _positions(mask)[:, -width:])


@dataclass(frozen=True, slots=True)
class Network:
    """A loaded model. `context` is the most positions it has; None where it does not say."""

    model: Any
    context: int | None
    end_tokens: frozenset[int]

    def batch(self, rows: Sequence[Sequence[int]], size: int) -> Batch:
        """Pad rows on the left to the grid, and to `size` rows by repeating the last one."""
        import torch

        full = fill(rows, size)
        width = -(-max(len(row) for row in full) // GRID) * GRID
        # Any token will do for padding: it is masked.
        tokens = torch.tensor([[0] * (width - len(row)) + list(row) for row in full])
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in full])
        mask = mask.to(self.model.device)
        return Batch(tokens.to(mask), mask, _positions(mask))

    def __call__(
        self, batch: Batch, last: int, cache: Any = None, *, keep: bool = False
    ) -> tuple["torch.Tensor", Any]:
        """Return the logits [B, last, V] in float32, and the cache if it is to be kept."""
        known = inspect.signature(self.model.forward).parameters
        given = {"position_ids": batch.positions, "logits_to_keep": last}
        kept = _cache_name(self.model)
        out = self.model(
            input_ids=batch.tokens,
            attention_mask=batch.mask,
            use_cache=keep or cache is not None,
            **{kept: cache},
            **{name: value for name, value in given.items() if name in known},
        )
        return out.logits[:, -last:].float(), out[kept] if keep else None


def network(model: Any, tokenizer: Any) -> Network:
    """Wrap a loaded model with what its files say about it.

    Raises `ModelError` for a purely recurrent model: padding on the left would enter its state.
    """
    if not _cache_name(model):
        raise ModelError(
            f"{type(model).__name__} keeps no keys and values of what it read, as hf/... needs; "
            f"serve it with an OpenAI-compatible server and use openai/..."
        )
    ends = model.generation_config.eos_token_id
    ends = [] if ends is None else ends if isinstance(ends, list) else [ends]
    own = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return Network(model, context, frozenset([*ends, *own]))


def _cache_name(model: Any) -> str:
    """Return what the model calls its keys and values, "" where it has only a recurrent state.

    transformers 5.24 renamed `past_key_values` to `cache`, which is also a recurrent state's name.
    """
    known = inspect.signature(model.forward).parameters
    if "past_key_values" in known:
        return "past_key_values"
    return "cache" if "cache" in known and not model._is_stateful else ""


def _positions(mask: "torch.Tensor") -> "torch.Tensor":
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def fill(rows: Sequence[Any], size: int) -> list[Any]:
    """Return the rows and repeats of the last one, `size` together."""
    return [*rows, *[rows[-1]] * (size - len(rows))]


@contextmanager
def numerics(threads: int | None) -> Iterator[None]:
    """Pin what changes the bits: the number of CPU threads, and full float32 products (no TF32)."""
    import torch

    before = torch.get_num_threads(), torch.get_float32_matmul_precision()
    torch.set_num_threads(threads or before[0])
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(before[0])
        torch.set_float32_matmul_precision(before[1])

"""What is known of how the samples of a run were made, from the notes in its shards."""

from dataclasses import dataclass

from rbench.harness.images.evaluations import EvaluationCount, joined
from rbench.harness.images.plan import ImageCell
from rbench.harness.images.shards import Shards
from rbench.harness.types import Json


@dataclass(frozen=True, slots=True)
class Available:
    """The samples of a run that can be measured: `samples` of each of `repeats` sets.

    `made` counts all samples that are there, `wanted` those of the plan.
    """

    samples: int
    repeats: int
    made: int
    wanted: int

    @property
    def complete(self) -> bool:
        """Whether all is there that the plan asks for."""
        return self.made >= self.wanted


def available(shards: Shards, cell: ImageCell) -> Available:
    """Return what of the plan is there: whole sets, or what there is of the first one."""
    counts = [min(shards.count(repeat), cell.samples) for repeat in range(cell.repeats)]
    whole = next((r for r, n in enumerate(counts) if n < cell.samples), cell.repeats)
    samples, repeats = (cell.samples, whole) if whole else (counts[0], min(counts[0], 1))
    return Available(samples, repeats, sum(counts), cell.samples * cell.repeats)


def made_apart(shards: Shards, found: Available) -> str:
    """Return that samples were made on several devices or by several torches; "" otherwise."""
    metas = (m for repeat in range(found.repeats) for m in shards.meta(repeat, found.samples))
    places = sorted({f"{m['device']} with torch {m['torch']}" for m in metas if "torch" in m})
    if len(places) < 2:
        return ""
    return (
        f"The samples were made on {' and on '.join(places)}, where the same noise may give other "
        f"bits; --fresh makes all of them alike."
    )


def generated(shards: Shards, found: Available, quantise: str) -> dict[str, Json]:
    """Return the parts of results.json that say how the samples were made.

    ``evaluations`` of the networks for one sample, ``generated`` with the number of values and
    the share that was clipped, and the ``spot_check`` of the first sample.
    """
    metas = [m for repeat in range(found.repeats) for m in shards.meta(repeat, found.samples)]
    counts = [EvaluationCount.from_json(m["evaluations"]) for m in metas if m["evaluations"]]
    values = sum(m["values"] for m in metas)
    clipped = sum(m["clipped"] for m in metas)
    return {
        "evaluations": joined(counts).per_sample(),
        "generated": {
            "values": values,
            "quantise": quantise,
            "clipped_share": clipped / values if values else 0.0,
        },
        "spot_check": metas[0]["spot_check"] if metas else None,
    }

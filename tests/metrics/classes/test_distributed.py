"""Two processes over gloo: every rank gets the bits of the merged whole, in the order of ranks."""

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from rbench.errors import DataError, RbenchError
from rbench.metrics.classes import FDr, FrechetDistance
from tests.metrics.classes.samples import MAKE, features, feed, noise, numbers, small

WORLD = 2
VALIDATION = {"a": 1.0, "b": 2.0}


def share(name: str, rank: int) -> Any:
    """Return what a rank has: of the real images rank 1 has none."""
    metric = MAKE[name](small())
    if rank == 0:
        feed(metric, noise()[:90], True, images=True)
    feed(metric, noise()[100 + 60 * rank : 145 + 70 * rank], False, images=True)
    return metric


def together(name: str) -> Any:
    return MAKE[name](small()).merge_state([share(name, rank) for rank in range(WORLD)])


def first_only() -> FrechetDistance:
    metric = FrechetDistance(small())
    return metric.update(noise()[:80], real=True).update(noise()[80:160], real=False)


def ratio(ranks: list[int]) -> FDr:
    metric = FDr(["a", "b"], dimensions={"a": 12, "b": 4}, normaliser="exact", exact=VALIDATION)
    for rank in ranks:
        for real in (True, False):
            seed = 2 * rank + real
            rows = {"a": features(60, seed=seed), "b": features(60, d=4, seed=seed)}
            metric.update_features(rows, real=real)
    return metric


def refused(call: Any) -> str:
    try:
        call()
    except RbenchError as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"


class Broken(FrechetDistance):
    """A metric of which rank 1 cannot give its state."""

    def state_dict(self) -> Any:
        if dist.get_rank() == 1:
            raise DataError("the disk is full.")
        return super().state_dict()


def worker(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/init", rank=rank, world_size=WORLD
    )
    found: dict[str, Any] = {}
    for name in MAKE:
        metric = share(name, rank)
        synced = metric.sync()
        found[name] = numbers(synced)
        found[f"{name} merged"] = numbers(together(name))
        found[f"{name} own"] = [metric._settled()["fake"].n, synced._settled()["fake"].n]
    found["fdr"] = float(ratio([rank]).sync_and_compute())
    found["fdr in one pass"] = float(ratio([0, 1]).compute())
    never = first_only() if rank == 0 else FrechetDistance(small())
    found["never"] = numbers(never.sync())
    found["only"] = numbers(first_only())
    only_first = dist.new_group([0])
    found["outside"] = refused(lambda: found.update(group=numbers(never.sync(only_first))))
    found["settings"] = refused(FrechetDistance(None, blocks=4 * rank).sync)
    found["broken"] = refused(Broken(None).sync)
    found["still in step"] = numbers(share("cmmd", rank).sync())
    torch.save(found, f"{folder}/{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def by_rank(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder: Path = tmp_path_factory.mktemp("ranks")
    mp.spawn(worker, args=(str(folder),), nprocs=WORLD)  # type: ignore[no-untyped-call]
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(WORLD)]


def test_every_rank_gets_the_same_bits(by_rank: list[dict[str, Any]]) -> None:
    for name in (*MAKE, "fdr", "never"):
        assert by_rank[0][name] == by_rank[1][name]


@pytest.mark.parametrize("name", MAKE)
def test_they_are_those_of_merging_in_the_order_of_ranks(
    name: str, by_rank: list[dict[str, Any]]
) -> None:
    assert by_rank[0][name] == by_rank[0][f"{name} merged"]
    assert [found[f"{name} own"] for found in by_rank] == [[45, 100], [55, 100]]


def test_the_ratio_is_that_of_one_pass(by_rank: list[dict[str, Any]]) -> None:
    assert by_rank[0]["fdr"] == pytest.approx(by_rank[0]["fdr in one pass"], rel=1e-12)


def test_a_rank_that_never_updated_gets_the_number_too(by_rank: list[dict[str, Any]]) -> None:
    assert by_rank[1]["never"] == by_rank[1]["only"]


def test_a_group_is_its_members_only(by_rank: list[dict[str, Any]]) -> None:
    assert by_rank[0]["outside"] == "nothing"
    assert by_rank[0]["group"] == by_rank[0]["never"]
    assert "not in the process group" in by_rank[1]["outside"]


def test_what_goes_wrong_is_said_on_every_rank_and_nobody_waits(
    by_rank: list[dict[str, Any]],
) -> None:
    assert all("they differ in blocks" in found["settings"] for found in by_rank)
    assert by_rank[1]["broken"] == "DataError: the disk is full."
    assert by_rank[0]["broken"] == "DataError: Rank 1 could not give its state: see its error."
    assert by_rank[0]["still in step"] == by_rank[1]["still in step"]


def test_without_a_process_group_it_is_a_copy() -> None:
    metric = share("frechet", 0)
    copied = metric.sync()
    assert numbers(copied) == numbers(metric)
    copied.update(noise()[:50], real=False)
    assert numbers(copied) != numbers(metric)

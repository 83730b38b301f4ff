"""The parts of the manifold scores: bounds that hold, exact distances, neighbours, copies."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from rbench.metrics import manifold_balls, manifold_neighbours, manifold_points
from rbench.metrics.manifold_balls import count_balls
from rbench.metrics.manifold_bounds import TINY, bounds, squared_distances
from rbench.metrics.manifold_copies import identities
from rbench.metrics.manifold_lists import NearestLists
from rbench.metrics.manifold_neighbours import Radii
from rbench.metrics.manifold_points import (
    block_rows,
    joint_points,
    products,
    room_to_keep,
    squares_of,
)
from tests.metrics.manifold_brute_force import Matrix, squared_radii


def sets(seed: int, n: int, d: int, mean: float, dtype: Any) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    real = mean + rng.normal(size=(n, d)) * rng.lognormal(0, 2, size=(n, 1))
    fake = mean + rng.normal(size=(n, d))
    return real.astype(dtype), fake.astype(dtype)


def neighbour_distances(points: Any, k: int, rows_at_once: int) -> npt.NDArray[np.float64]:
    return Radii(points, k, rows_at_once).exact(np.arange(len(points)))


@pytest.mark.parametrize("precision", [np.float32, np.float64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("d", "mean"), [(1, 0.0), (3, 100.0), (64, 0.5), (700, 30.0)])
def test_the_true_distance_lies_within_the_bounds(
    d: int, mean: float, dtype: Any, precision: Any
) -> None:
    real, fake = sets(d, 90, d, mean, dtype)
    x, y = joint_points(real, fake)
    rows, columns = x.block(0, 90, precision), y.block(0, 90, precision)
    found = products(rows, columns, np.empty(8100, precision)).astype(np.float64)
    a, b = squares_of(rows)[:, None], squares_of(columns)
    bound = bounds(d, precision)
    low = 2 * (bound.halves(a) + bound.halves(b) - found) - TINY
    high = low + bound.width(a, b)
    wide = real.astype(np.longdouble)[:, None] - fake.astype(np.longdouble)
    truth = ((wide**2).sum(axis=-1) * np.longdouble(x.frame.scale) ** 2).astype(np.float64)
    assert (low <= truth).all() and (truth <= high).all()


def test_points_have_norms_of_at_most_one_and_never_copy_the_features() -> None:
    real, fake = sets(0, 50, 8, 1000.0, np.float32)
    x, y = joint_points(real, fake)
    assert x.features is real and y.features is fake
    largest = max(x.squares.max(), y.squares.max())
    assert 2**-6 < largest <= 1
    assert x.frame.scale == 2.0 ** round(np.log2(x.frame.scale))


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("size", [0.0, 1e-44, 1e-30, 3.0, 1e30, 9e153])
def test_a_sample_far_larger_than_all_others_sets_the_frame(size: float, keep: bool) -> None:
    real, fake = np.full((100, 2), 1e-9 * size), np.full((100, 2), 1e-8 * size)
    fake[37] = size  # not among the samples that the frame is guessed from
    for dtype in (np.float64, np.float32)[: 1 if size > 1e38 else 2]:
        x, y = joint_points(real.astype(dtype), fake.astype(dtype), keep=keep)
        assert x.frame.scale == y.frame.scale
        largest = max(x.squares.max(), y.squares.max())
        assert 2**-6 < largest <= 1 if size else largest == 0


def test_exact_distances_do_not_depend_on_direction_place_or_company() -> None:
    real, fake = sets(1, 60, 333, 0.0, np.float32)
    fake[:20] = real[40:]
    x, y = joint_points(real, fake)
    i, j = (index.reshape(-1) for index in np.meshgrid(range(60), range(60), indexing="ij"))
    there = squared_distances(x, y, i, j).reshape(60, 60)
    back = squared_distances(y, x, j, i).reshape(60, 60)
    assert (there == back).all()
    within = squared_distances(x, x, i, j).reshape(60, 60)
    assert (there[:, :20] == within[:, 40:]).all()
    assert (np.diagonal(within) == 0).all()
    one = squared_distances(x, y, np.array([3]), np.array([50]))
    assert one[0] == there[3, 50] == ((real[3].astype(float) - fake[50]) ** 2).sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_identities_are_equal_for_equal_rows_only(dtype: Any) -> None:
    rng = np.random.default_rng(0)
    real = rng.integers(-1, 2, size=(200, 3)).astype(np.float32)
    fake = rng.integers(-1, 2, size=(150, 3)).astype(dtype)
    fake[fake == 0] = -0.0
    x, y = joint_points(real, fake)
    identity = np.concatenate([x.identity, y.identity])
    rows = np.concatenate([real, fake])
    equal = (rows[:, None] == rows[None]).all(axis=-1)
    assert ((identity[:, None] == identity[None]) == equal).all()


@pytest.mark.parametrize("k", [1, 4, 30])
@pytest.mark.parametrize("rows_at_once", [16, 100, 2048])
def test_neighbours_are_those_of_brute_force(k: int, rows_at_once: int) -> None:
    real, fake = sets(2, 310, 20, 3.0, np.float32)
    real[100:104] = real[0]
    x, _ = joint_points(real, fake)
    found = neighbour_distances(x, k, rows_at_once)
    assert (found == squared_radii(real, k)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kept_points_give_what_blocks_give_in_tiles_of_another_shape(
    dtype: Any, monkeypatch: Any
) -> None:
    real, fake = sets(5, 310, 20, 3.0, dtype)
    fake[100:104] = real[0]
    x, y = joint_points(real, fake)
    kept_x, kept_y = joint_points(real, fake, keep=True)
    assert kept_x.kept is not None and x.kept is None
    assert (kept_x.kept == x.block(0, 310, np.float32)).all()
    assert (kept_y.squares == y.squares).all()
    monkeypatch.setattr(manifold_points, "_TILE_ROWS", 32)
    radii = squared_radii(real, 3), squared_radii(fake, 3)
    assert (neighbour_distances(kept_x, 3, 64) == radii[0]).all()
    assert (neighbour_distances(kept_y, 3, 64) == radii[1]).all()
    ours, theirs = (
        count_balls(*pair, *(Radii(side, 3, 64) for side in pair), "<=", 64)
        for pair in ((kept_x, kept_y), (x, y))
    )
    for name in ("fakes_in_ball", "balls_around_fake", "balls_around_real"):
        assert (getattr(ours, name) == getattr(theirs, name)).all()


@pytest.mark.parametrize(("n", "m"), [(5000, 5000), (20_000, 3000), (50_000, 50_000), (40, 30)])
@pytest.mark.parametrize("block_bytes", [2**22, 2**27, 2**28])
def test_kept_points_and_blocks_fit_in_the_bound(n: int, m: int, block_bytes: int) -> None:
    kept = room_to_keep(2048, n, m, block_bytes)
    assert kept in (0, 4 * 2048 * (n + m))
    rows = block_rows(2048, block_bytes - kept)
    assert kept + 4 * (rows * rows + 3 * 2048 * rows) <= block_bytes
    assert kept == 0 or rows >= min(512, max(n, m))


def test_neighbours_that_the_bounds_order_need_no_exact_distance(monkeypatch: Any) -> None:
    compared: list[int] = []
    exact = manifold_neighbours.squared_distances

    def watched(*given: Any) -> npt.NDArray[np.float64]:
        compared.append(len(given[2]))
        return exact(*given)

    monkeypatch.setattr(manifold_neighbours, "squared_distances", watched)
    real = np.random.default_rng(9).normal(size=(400, 16)).astype(np.float32)
    x, _ = joint_points(real, real[:9])
    assert (neighbour_distances(x, 5, 128) == squared_radii(real, 5)).all()
    assert 400 <= sum(compared) < 420


def test_the_bounds_of_radii_hold_and_exact_distances_wait_until_asked_for(
    monkeypatch: Any,
) -> None:
    real, _ = sets(6, 400, 64, 1.0, np.float32)
    real[100:106] = real[0]
    x, _ = joint_points(real, real[:9])
    truth = squared_radii(real, 4)
    compared: list[int] = []
    exact = manifold_neighbours.squared_distances

    def watched(*given: Any) -> npt.NDArray[np.float64]:
        compared.append(len(given[2]))
        return exact(*given)

    monkeypatch.setattr(manifold_neighbours, "squared_distances", watched)
    radii = Radii(x, 4, 128)
    assert not compared
    unit = x.frame.scale**2
    assert (radii.low <= truth * unit).all() and (truth * unit <= radii.high).all()
    assert (radii.high - radii.low < 0.01 * radii.high)[truth > 1].all()
    some = np.array([399, 3, 100, 3])
    assert (radii.exact(some) == truth[some]).all()
    asked = sum(compared)
    assert (radii.exact(some) == truth[some]).all()
    assert sum(compared) == asked < 10


@pytest.mark.parametrize("slack", [0.0, 0.5, 100.0])
def test_lists_hold_the_largest_scores_with_their_indices(slack: float) -> None:
    scores = np.random.default_rng(2).normal(size=(90, 200)).astype(np.float32)
    lists = NearestLists(7, np.full(90, slack, np.float32), 3)
    lists.start(0, scores[:, :80])
    for left in range(0, 200, 10):
        point, index = np.nonzero(scores[:, left : left + 10] > lists.least[:, None])
        lists.offer(point[::-1], left + index[::-1], scores[point, left + index][::-1])
        if left % 30 == 0:
            lists.prune()
    found, index = lists.table()
    expected = np.sort(scores, axis=1)[:, :-8:-1]
    wanted = expected >= expected[:, 2:3] - np.float32(slack)
    assert wanted[:, :3].all()
    assert (found[wanted] == expected[wanted]).all()
    there = found > -np.inf
    assert (np.take_along_axis(scores, index, axis=1)[there] == found[there]).all()


def test_lists_of_points_at_equal_distances_stay_short() -> None:
    lists = NearestLists(5, np.full(50, 1.0, np.float32), 2)
    point, index = (places.reshape(-1) for places in np.indices((50, 400)))
    lists.offer(point, index, np.full(20_000, -0.5, np.float32))
    lists.prune()
    assert (lists.least == -0.5).all()
    assert len(lists._log()[0]) == 250
    found, index = lists.table()
    assert (found == -0.5).all() and (np.diff(np.sort(index, axis=1)) > 0).all()


def test_samples_sorted_by_class_fill_the_lists_late_and_right() -> None:
    rng = np.random.default_rng(0)
    distance_to_next = np.sort(rng.uniform(size=700))[::-1].cumsum()
    real = np.stack([distance_to_next, np.sin(distance_to_next)], axis=1)
    x, _ = joint_points(real, real[:9])
    assert (neighbour_distances(x, 3, 64) == squared_radii(real, 3)).all()


def collapsed(seed: int) -> Matrix:
    rng = np.random.default_rng(seed)
    return 5 + 1e-5 * rng.normal(size=(120, 30)) * rng.choice([1, 1e5], size=(120, 1))


def test_what_float32_leaves_open_goes_to_float64(monkeypatch: Any) -> None:
    asked: list[int] = []
    slower = manifold_neighbours._in_float64

    def watched(points: Any, rows: Any, k: int, height: int) -> npt.NDArray[np.float64]:
        asked.append(len(rows))
        return slower(points, rows, k, height)

    monkeypatch.setattr(manifold_neighbours, "_in_float64", watched)
    real = collapsed(0)
    x, _ = joint_points(real, real[:9])
    assert (neighbour_distances(x, 3, 64) == squared_radii(real, 3)).all()
    assert sum(asked) > 60
    asked.clear()
    ordinary, _ = joint_points(*sets(4, 400, 64, 1.0, np.float32))
    neighbour_distances(ordinary, 3, 128)
    assert sum(asked) == 0


def test_open_pairs_across_the_sets_go_to_float64_before_differences(monkeypatch: Any) -> None:
    real, fake = collapsed(0), collapsed(1)
    x, y = joint_points(real, fake)
    radii = Radii(x, 3, 64)
    compared: list[int] = []
    exact = manifold_balls.squared_distances

    def watched(*given: Any) -> npt.NDArray[np.float64]:
        compared.append(len(given[2]))
        return exact(*given)

    monkeypatch.setattr(manifold_balls, "squared_distances", watched)
    counts = count_balls(x, y, radii, None, "<=", 64)
    truth = np.stack([((row - fake) ** 2).sum(axis=1) for row in real])
    truth = truth <= radii.exact(np.arange(len(real)))[:, None]
    assert counts.fakes_in_ball is not None
    assert (counts.fakes_in_ball == truth.sum(axis=1)).all()
    assert sum(compared) < 50


def test_tensors_give_what_arrays_give() -> None:
    # What runs on an accelerator, run here on tensors of the CPU.
    real, fake = sets(3, 150, 12, 2.0, np.float32)
    real[10:16] = fake[0]
    x, y = joint_points(real, fake)
    tx, ty = joint_points(torch.from_numpy(real), torch.from_numpy(fake))
    one, other = x.identity, tx.identity
    assert ((one[:, None] == one) == (other[:, None] == other)).all()
    radii = neighbour_distances(x, 3, 64), neighbour_distances(y, 3, 64)
    assert (neighbour_distances(tx, 3, 64) == radii[0]).all()
    assert (neighbour_distances(ty, 3, 64) == radii[1]).all()
    ours, theirs = (
        count_balls(*pair, *(Radii(side, 3, 64) for side in pair), "<=", 64)
        for pair in ((x, y), (tx, ty))
    )
    for name in ("fakes_in_ball", "balls_around_fake", "balls_around_real"):
        assert (getattr(ours, name) == getattr(theirs, name)).all()


def test_rows_that_agree_only_where_the_checksum_looks_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    real = rng.normal(size=(30, 2048)).astype(np.float32)
    fake = real.copy()
    # Column 1000 lies in none of the stretches.
    fake[:20, 1000] += 1
    numbers = identities(real, fake)
    assert len(set(numbers[:30])) == 30
    assert (numbers[30:50] != numbers[:20]).all()
    assert (numbers[50:] == numbers[20:30]).all()

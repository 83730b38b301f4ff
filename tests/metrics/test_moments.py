"""Moments: the bits do not depend on the batches; merging and taking away agree with one pass."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rbench.errors import DataError, UsageError
from rbench.metrics import moments as module
from rbench.metrics.linear_algebra import Accelerator, Host, pack, unpack
from rbench.metrics.moments import BLOCK, Moments, merge_all

D = 7
ROWS = np.random.default_rng(0).normal(3, 2, (2 * BLOCK + 300, D)).astype(np.float32)


def of(rows: Any) -> Moments:
    return Moments(rows.shape[1]).update(rows)


def same_bits(a: Moments, b: Moments) -> bool:
    return a.n == b.n and (a.mean == b.mean).all() and bool((a.covariance == b.covariance).all())


def close(a: Moments, b: Moments) -> bool:
    scale = np.abs(b.covariance).max()
    return (
        a.n == b.n
        and np.abs(a.mean - b.mean).max() <= 1e-12 * np.abs(b.mean).max()
        and bool(np.abs(a.covariance - b.covariance).max() <= 1e-12 * scale)
    )


def test_mean_and_covariance_are_numpys() -> None:
    rows = ROWS.astype(np.float64)
    found = of(ROWS)
    assert found.n == len(rows)
    np.testing.assert_allclose(found.mean, rows.mean(0), rtol=1e-14)
    np.testing.assert_allclose(found.covariance, np.cov(rows, rowvar=False), rtol=1e-12, atol=1e-13)


def test_a_large_mean_costs_no_digits() -> None:
    rows = np.random.default_rng(1).integers(0, 2**20, (1500, 2)) / 2**20 + 2.0**30
    with mpmath.workdps(50):
        exact = [mpmath.mpf(x) for x in rows[:, 0].tolist()]
        mean = mpmath.fsum(exact) / len(exact)
        variance = mpmath.fsum((x - mean) ** 2 for x in exact) / (len(exact) - 1)
        assert of(rows).covariance[0, 0] == pytest.approx(float(variance), rel=1e-13)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 1500), min_size=1, max_size=12), st.booleans())
def test_the_bits_do_not_depend_on_batches_nor_on_reading_between(
    sizes: list[int], read: bool
) -> None:
    found, start = Moments(D), 0
    for size in [*sizes, len(ROWS)]:
        found.update(ROWS[start : start + size])
        start += size
        if read and (found.n or 0) >= 2:
            assert found.covariance is not None
            found.factor()
    assert same_bits(found, of(ROWS))


def test_tensors_and_strided_and_double_rows_give_the_same_bits() -> None:
    wide = np.repeat(ROWS, 2, axis=1)[:, ::2]
    for rows in (torch.from_numpy(ROWS), wide, ROWS.astype(np.float64), np.asfortranarray(ROWS)):
        assert same_bits(of(rows), of(ROWS))


def test_the_order_of_rows_matters_only_in_rounding() -> None:
    assert close(of(np.random.default_rng(2).permutation(ROWS)), of(ROWS))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(ROWS)), min_size=1, max_size=6))
def test_merging_parts_agrees_with_one_pass(cuts: list[int]) -> None:
    parts = [Moments(D).update(part) for part in np.split(ROWS, sorted(cuts))]
    assert close(merge_all(parts), of(ROWS))


@pytest.mark.parametrize("cut", [1, 500, BLOCK, 2 * BLOCK + 290])
def test_taking_a_part_away_agrees_with_one_pass_over_the_rest(cut: int) -> None:
    part, rest = of(ROWS[:cut]), of(ROWS[cut:])
    assert close(of(ROWS).subtract(part), rest)
    assert close(part.merge(rest), of(ROWS))


def test_merging_and_taking_away_leave_their_inputs_alone() -> None:
    a, b = of(ROWS[:1100]), of(ROWS[1100:1900])
    whole = a.merge(b)
    whole.subtract(b).update(ROWS)
    assert same_bits(a, of(ROWS[:1100])) and same_bits(b, of(ROWS[1100:1900]))


@pytest.mark.parametrize("n", [BLOCK, BLOCK + 5, 5, 0])
def test_folded_moments_are_the_same_numbers_and_share_nothing(n: int) -> None:
    first = of(ROWS[:n])
    apart = first.folded()
    apart.update(ROWS[n:])
    first.update(ROWS[n:])
    assert close(apart, of(ROWS)) and same_bits(first, of(ROWS))
    assert same_bits(of(ROWS[:1030]).folded(), of(ROWS[:1030]))


def test_fixed_blocks_merged_by_any_number_of_workers_give_the_same_bits() -> None:
    pieces = np.array_split(ROWS, 8)
    found = []
    for workers in (1, 2, 3, 8):
        with ThreadPoolExecutor(workers) as pool:
            found.append(merge_all(pool.map(of, pieces)))
    assert all(same_bits(other, found[0]) for other in found[1:])
    stepwise = of(pieces[0])
    for piece in pieces[1:]:
        stepwise = stepwise.merge(of(piece))
    assert same_bits(stepwise, found[0])


def test_the_factor_squares_to_the_covariance_and_follows_updates() -> None:
    found = of(ROWS[:50])
    first = found.factor()
    assert found.factor() is first
    found.update(ROWS[50:])
    lower = found.factor()
    assert lower is not None and (np.triu(lower, 1) == 0).all()
    np.testing.assert_allclose(lower @ lower.T, found.covariance, rtol=1e-12, atol=1e-12)


def test_a_singular_covariance_has_no_factor_but_a_narrow_one() -> None:
    dead = ROWS.copy()
    dead[:, 2] = 1
    twice = np.hstack([ROWS, ROWS[:, :1] - ROWS[:, 1:2]]).astype(np.float64)
    for rows, rank in ((ROWS[:5], 4), (dead, D - 1), (twice, D), (np.ones((9, 3)), 0)):
        found = of(rows)
        assert found.factor() is None
        narrow = found.narrow_factor()
        assert narrow.shape == (rows.shape[1], rank)
        np.testing.assert_allclose(narrow @ narrow.T, found.covariance, rtol=1e-9, atol=1e-12)


def test_a_file_keeps_the_bits_and_the_rows_that_wait(tmp_path: Path) -> None:
    half = of(ROWS[:1300])
    half.save(tmp_path / "half.npz", factor=True)
    loaded = Moments.load(tmp_path / "half.npz")
    assert same_bits(loaded, half)
    assert (loaded.factor() == half.factor()).all()  # type: ignore[union-attr]
    assert same_bits(loaded.update(ROWS[1300:]), of(ROWS))
    assert [p.name for p in tmp_path.iterdir()] == ["half.npz"]
    peer = Moments.from_statistics(half.mean, half.covariance)
    peer.save(tmp_path / "peer.npz")
    assert Moments.load(tmp_path / "peer.npz").n is None


def test_files_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no")
    np.savez(tmp_path / "other.npz", a=np.zeros(2))
    np.savez(tmp_path / "pickle.npz", n=np.array([{}], dtype=object))
    for name in ("text", "pickle.npz", "missing"):
        with pytest.raises(DataError, match=name):
            Moments.load(tmp_path / name)
    with pytest.raises(DataError, match="not the arrays of moments"):
        Moments.load(tmp_path / "other.npz")
    with pytest.raises(DataError, match="nowhere"):
        of(ROWS).save(tmp_path / "nowhere" / "x.npz")
    arrays = of(ROWS).to_arrays()
    with pytest.raises(DataError, match="fit"):
        Moments.from_arrays(arrays | {"matrix": arrays["matrix"][1:]})
    with pytest.raises(DataError, match="NaN"):
        Moments.from_arrays(arrays | {"shift": arrays["shift"] * np.nan})


def test_statistics_of_others_are_kept_and_checked() -> None:
    whole = of(ROWS)
    known = Moments.from_statistics(whole.mean, whole.covariance, whole.n, factor=whole.factor())
    assert same_bits(known, whole)
    assert known.factor() is not None and (known.factor() == whole.factor()).all()  # type: ignore[union-attr]
    assert close(known.merge(of(ROWS[:9])), whole.merge(of(ROWS[:9])))
    unknown = Moments.from_statistics(whole.mean, torch.from_numpy(whole.covariance))
    for act in (
        unknown.update,
        lambda rows: unknown.merge(of(rows)),
        lambda rows: of(rows).merge(unknown),
    ):
        with pytest.raises(DataError, match="unknown"):
            act(ROWS)
    eye = np.eye(3)
    for mean, covariance, n, message in (
        (np.zeros(2), eye, None, "dimensions"),
        (np.zeros(3), eye[:2], None, "dimensions"),
        (np.float64(0), np.float64(1), None, "shape"),
        (np.zeros(3), eye + np.triu(np.ones((3, 3))), None, "not symmetric"),
        (np.zeros(3), -eye, None, "negative"),
        (np.zeros(3), eye * np.nan, None, "NaN"),
        (np.zeros(3), eye, 1, "at least 2"),
    ):
        with pytest.raises(DataError, match=message):
            Moments.from_statistics(mean, covariance, n)
    with pytest.raises(DataError, match="factor"):
        Moments.from_statistics(np.zeros(3), eye, factor=2 * eye)


def test_bad_input_is_refused_and_changes_nothing() -> None:
    found = of(ROWS[:20])
    bad = ROWS[:5].copy()
    bad[3, 1] = np.nan
    for rows, message in ((bad, "sample 3"), (ROWS[0], "matrix"), (ROWS[:, :3], "3 dimensions")):
        with pytest.raises(DataError, match=message):
            found.update(rows)
    assert same_bits(found, of(ROWS[:20]))
    assert same_bits(found.update(ROWS[:0]), of(ROWS[:20]))
    with pytest.raises(DataError, match="mean needs 1"):
        _ = Moments(3).mean
    with pytest.raises(DataError, match="needs 2"):
        _ = of(ROWS[:1]).covariance
    with pytest.raises(DataError, match="taken away"):
        of(ROWS[:5]).subtract(of(ROWS[:9]))
    with pytest.raises(DataError, match="different dimensions"):
        of(ROWS).merge(of(ROWS[:, :2]))
    with pytest.raises(UsageError, match="1 or more"):
        Moments(0)
    with pytest.raises(UsageError, match="no moments"):
        merge_all([])
    with pytest.raises(UsageError, match="not here"):
        Moments(3, device="cuda:77")
    assert of(ROWS[:5]).subtract(of(ROWS[:5])).n == 0


def test_packing_keeps_the_lower_triangle() -> None:
    square = np.arange(25.0).reshape(5, 5)
    assert (unpack(pack(square), 5) == np.tril(square)).all()
    assert (
        Host().mirrored(np.asfortranarray(square)) == np.tril(square) + np.tril(square, -1).T
    ).all()


def test_mirroring_crosses_the_panels() -> None:
    square = np.random.default_rng(3).normal(size=(300, 300))
    full = Host().mirrored(np.asfortranarray(square))
    assert (full == full.T).all() and (np.tril(full) == np.tril(square)).all()


def test_the_torch_machine_agrees_with_lapack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "machine_of", lambda *_, **__: Accelerator("cpu"))
    found = Moments(D)
    for start in range(0, len(ROWS), 100):
        found.update(torch.from_numpy(ROWS[start : start + 100]))
    part = Moments(D).update(ROWS[:1100])
    pieces = (found, found.subtract(part).merge(part), Moments.from_arrays(found.to_arrays()))
    monkeypatch.undo()
    for piece in pieces:
        assert isinstance(piece.mean, torch.Tensor)
        assert close(piece.on(Host()), of(ROWS))
        lower = piece.factor()
        assert lower is not None
        np.testing.assert_allclose(
            (lower @ lower.T).numpy(), of(ROWS).covariance, rtol=1e-11, atol=1e-12
        )
    assert close(found.merge(of(ROWS[:9])).on(Host()), of(ROWS).merge(of(ROWS[:9])))

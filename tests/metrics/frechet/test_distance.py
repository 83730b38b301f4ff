"""Fréchet distances: exact constructions, 50 digits of mpmath, the peers, and what is refused."""

from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from pytorch_fid.fid_score import calculate_frechet_distance
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_statistics_to_metric
from torchmetrics.image.fid import _compute_fid

from rbench.errors import DataError, UsageError
from rbench.metrics.frechet import trace as frechet_trace
from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.linear_algebra import Accelerator
from rbench.metrics.moments import Moments


def of(rows: Any) -> Moments:
    return Moments(rows.shape[1]).update(rows)


def transported(n: int, d: int, decay: float = 0.0, seed: int = 0) -> tuple[Any, Any, float]:
    """Return X, Y = X T + 0.5 with T positive definite, and their exact distance.

    T is then the optimal map between them, so tr (S1^1/2 S2 S1^1/2)^1/2 = tr (S1 T), for
    singular covariances too.
    """
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d)) * np.arange(1.0, d + 1) ** -decay
    rows -= rows.mean(0)
    root = rng.normal(size=(d, d)) / np.sqrt(d)
    moved = rows @ (root @ root.T + 0.1 * np.eye(d))
    exact = ((rows - moved) ** 2).sum() / (n - 1) + 0.25 * d
    return rows, moved + 0.5, float(exact)


@pytest.mark.parametrize("as_real", [of, lambda x: x])
@pytest.mark.parametrize("as_fake", [of, lambda x: x])
@pytest.mark.parametrize(
    ("n", "d", "decay"),
    [(100, 200, 0), (100, 200, 1), (199, 200, 2), (201, 200, 0), (900, 200, 1), (900, 200, 3)],
)
def test_the_distance_of_an_optimal_transport_is_exact(
    n: int, d: int, decay: float, as_real: Any, as_fake: Any
) -> None:
    rows, moved, exact = transported(n, d, decay)
    found = frechet_distance(as_real(rows), as_fake(moved))
    assert abs(found.value - exact) < 1e-9
    assert found.mean_term == pytest.approx(0.25 * d, rel=1e-12)


def test_the_example_of_the_specification_at_full_size_is_exact() -> None:
    rows, moved, exact = transported(200, 2048)
    found = frechet_distance(rows, moved)
    assert abs(found.value - exact) < 1e-9
    assert (found.method, found.rank_real, found.rank_fake) == ("low-rank", 199, 199)


@pytest.mark.parametrize(("n", "d"), [(60, 128), (128, 128), (900, 128)])
@pytest.mark.parametrize("decay", [0.0, 1.0, 2.5])
def test_a_set_is_at_distance_0_from_itself(n: int, d: int, decay: float) -> None:
    rows = np.random.default_rng(4).normal(size=(n, d)) * np.arange(1.0, d + 1) ** -decay + 1
    for real, fake in product((rows, of(rows)), repeat=2):
        assert abs(frechet_distance(real, fake).value) < 1e-9


def exact_distance(real: Any, fake: Any) -> float:
    """Return the distance of two sets of features, everything in 50 digits."""
    with mpmath.workdps(50):
        means, covariances = [], []
        for rows in (mpmath.matrix(real.tolist()), mpmath.matrix(fake.tolist())):
            n, d = rows.rows, rows.cols
            mean = mpmath.matrix([mpmath.fsum(rows[:, j]) / n for j in range(d)])
            centred = mpmath.matrix(n, d)
            for i, j in product(range(n), range(d)):
                centred[i, j] = rows[i, j] - mean[j]
            means.append(mean)
            covariances.append(centred.T * centred / (n - 1))
        values, vectors = mpmath.eigsy(covariances[0])
        root = vectors * mpmath.diag([mpmath.sqrt(max(v, 0)) for v in values]) * vectors.T
        squares = mpmath.eigsy(root * covariances[1] * root, eigvals_only=True)
        trace = mpmath.fsum(mpmath.sqrt(max(v, 0)) for v in squares)
        step = means[0] - means[1]
        both = mpmath.fsum(c[i, i] for c in covariances for i in range(c.rows))
        return float((step.T * step)[0] + both - 2 * trace)


@pytest.mark.parametrize(("n", "m", "d"), [(40, 50, 12), (8, 40, 12), (40, 8, 12), (7, 9, 12)])
def test_every_route_agrees_with_fifty_digits(n: int, m: int, d: int) -> None:
    rng = np.random.default_rng(n)
    mix = rng.normal(size=(d, d))
    real, fake = rng.normal(size=(n, d)), rng.normal(size=(m, d)) @ mix + 0.3
    exact = exact_distance(real, fake)
    for a, b in product((real, of(real)), (fake, of(fake))):
        assert frechet_distance(a, b).value == pytest.approx(exact, abs=1e-10)
        assert frechet_distance(b, a).value == pytest.approx(exact, abs=1e-10)


def test_commuting_covariances_have_a_closed_form() -> None:
    a, b = np.array([4.0, 1, 0.25, 1e-8]), np.array([1.0, 9, 0.0, 1e-4])
    step = np.array([1.0, 0, 0, 2])
    found = frechet_distance(
        Moments.from_statistics(np.zeros(4), np.diag(a)), Moments.from_statistics(step, np.diag(b))
    )
    assert found.value == pytest.approx(5 + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum(), rel=1e-14)
    assert found.n == {"real": None, "fake": None}
    assert any("fake has rank 3" in w for w in found.warnings)


def statistics(n: int = 3000, d: int = 64) -> tuple[Moments, Moments]:
    rng = np.random.default_rng(5)
    mix = rng.normal(size=(d, d)) / 8
    return of(rng.normal(size=(n, d)) @ mix), of(rng.normal(size=(n, d)) @ mix @ mix + 0.1)


def test_the_peers_agree_at_full_rank() -> None:
    real, fake = statistics()
    found = frechet_distance(real, fake)
    assert found.method == "cholesky"
    ours = (real.mean, real.covariance, fake.mean, fake.covariance)
    assert calculate_frechet_distance(*ours) == pytest.approx(found.value, rel=1e-6)
    fidelity = fid_statistics_to_metric(
        {"mu": ours[0], "sigma": ours[1]}, {"mu": ours[2], "sigma": ours[3]}, False
    )
    assert fidelity[KEY_METRIC_FID] == pytest.approx(found.value, rel=1e-6)
    lightning = _compute_fid(*(torch.from_numpy(x) for x in ours))
    assert float(lightning) == pytest.approx(found.value, rel=1e-6)


def test_all_routes_give_one_number_and_the_order_does_not_matter() -> None:
    rng = np.random.default_rng(6)
    real, fake = rng.normal(size=(30, 40)), rng.normal(size=(35, 40)) * 2
    low = frechet_distance(real, fake, method="low-rank")
    svd = frechet_distance(of(real), of(fake), method="svd-factors")
    assert svd.method == "svd-factors" and low.value == pytest.approx(svd.value, rel=1e-12)
    assert frechet_distance(fake, real).value == pytest.approx(low.value, rel=1e-12)
    a, b = statistics()
    chol = frechet_distance(a, b, method="cholesky")
    assert chol.value == pytest.approx(
        frechet_distance(a, b, method="svd-factors").value, rel=1e-12
    )
    assert frechet_distance(b, a).value == pytest.approx(chol.value, rel=1e-12)
    shuffled = frechet_distance(rng.permutation(real), rng.permutation(fake))
    assert shuffled.value == pytest.approx(low.value, rel=1e-12)


def test_rounding_that_could_show_leaves_the_squared_route() -> None:
    rows, moved, exact = transported(900, 200, 2)
    forced = frechet_distance(of(rows[:, ::-1]), of(moved[:, ::-1]), method="cholesky")
    found = frechet_distance(of(rows[:, ::-1]), of(moved[:, ::-1]))
    assert abs(forced.value - exact) > 1e-9 > abs(found.value - exact)
    assert found.method == "svd-factors"


def test_constant_and_dependent_dimensions_are_dropped_and_said() -> None:
    rows, moved, exact = transported(500, 20)
    turn = np.linalg.qr(np.random.default_rng(6).normal(size=(23, 20)))[0].T
    wide = [np.hstack([x @ turn, np.full((500, 2), 0.3)]) for x in (rows, moved)]
    found = frechet_distance(of(wide[0]), of(wide[1]))
    assert abs(found.value - exact) < 1e-9
    assert (found.rank_real, found.rank_fake, found.method) == (20, 20, "svd-factors")
    assert any("real has rank 20 of 25" in w for w in found.warnings)
    low = frechet_distance(wide[0][:25], wide[1][:25])
    assert (low.rank_real, low.rank_fake, low.method) == (20, 20, "low-rank")


def test_warnings_say_what_few_samples_do() -> None:
    rng = np.random.default_rng(7)
    few, some, many = (rng.normal(size=(n, 20)) for n in (20, 100, 400))
    assert any("singular" in w for w in frechet_distance(few, many).warnings)
    assert any("fewer than 10" in w for w in frechet_distance(some, many).warnings)
    assert frechet_distance(many, many + 1).warnings == ()
    below = [frechet_distance(of(x), of(x)) for x in (few, some, many)]
    for found in below:
        assert (found.value < 0) == any("below 0 by rounding" in w for w in found.warnings)


def test_one_reference_keeps_its_factor() -> None:
    real, fake = statistics()
    frechet_distance(real, fake)
    kept = real.factor()
    frechet_distance(real, fake)
    assert real.factor() is kept and fake._factor is None


def test_tensors_and_single_precision_are_taken() -> None:
    rows, moved, _ = transported(30, 20)
    single = [x.astype(np.float32) for x in (rows, moved)]
    exact = frechet_distance(*(x.astype(np.float64) for x in single)).value
    assert frechet_distance(*(torch.from_numpy(x) for x in single)).value == exact
    assert frechet_distance(*single).value == exact


def test_the_torch_machine_agrees_with_lapack(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [(30, 40), (400, 40)]
    rng = np.random.default_rng(8)
    pairs = [(rng.normal(size=s), rng.normal(size=t) * 2) for s in sets for t in sets]
    expected = [frechet_distance(a, b) for a, b in pairs]
    machine = Accelerator("cpu")
    for (a, b), host in zip(pairs, expected, strict=True):
        for x, y in product((a, of(a)), (b, of(b))):
            first, second = (
                v.on(machine) if isinstance(v, Moments) else frechet_trace._side(v, machine, "x")
                for v in (x, y)
            )
            sides = [
                frechet_trace._side(s, machine, "x") if isinstance(s, Moments) else s
                for s in (first, second)
            ]
            trace = frechet_trace.cross_trace(machine, sides[0], sides[1], "auto")
            assert trace.value == pytest.approx(host.trace_term, rel=1e-11)
            assert (trace.rank_real, trace.rank_fake) == (host.rank_real, host.rank_fake)


def test_statistics_on_two_machines_meet_on_the_accelerator() -> None:
    real, fake = statistics()
    mixed = frechet_distance(real, fake.on(Accelerator("cpu")))
    assert mixed.value == pytest.approx(frechet_distance(real, fake).value, rel=1e-11)


@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (np.zeros((5, 3)), np.zeros((5, 4)), "3 dimensions and fake 4"),
        (np.zeros((1, 3)), np.zeros((5, 3)), "real has 1 samples"),
        (np.zeros((5, 3)), np.zeros(15), "fake has shape"),
        (np.zeros((5, 3)), np.full((5, 3), np.inf), "fake holds NaN"),
        (Moments(3), np.zeros((5, 3)), "real have 0"),
    ],
)
def test_bad_features_are_refused(real: Any, fake: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        frechet_distance(real, fake)


def test_a_route_that_cannot_be_taken_is_refused() -> None:
    rows = np.random.default_rng(9).normal(size=(20, 5))
    with pytest.raises(UsageError, match="unknown"):
        frechet_distance(rows, rows, method="sqrtm")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="low-rank"):
        frechet_distance(rows, rows, method="low-rank")
    with pytest.raises(UsageError, match="cholesky"):
        frechet_distance(rows[:4], rows, method="cholesky")
    with pytest.raises(UsageError, match="cholesky"):
        frechet_distance(of(rows[:4]), rows, method="cholesky")


def test_two_sets_without_spread_are_at_the_distance_of_their_means() -> None:
    for n in (3, 30):
        found = frechet_distance(np.zeros((n, 4)), np.ones((n, 4)))
        assert (found.value, found.rank_real, found.rank_fake) == (4.0, 0, 0)

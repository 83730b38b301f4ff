"""The block jackknife: what it is by definition, and that its intervals cover on resampling."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from rbench.errors import DataError, UsageError
from rbench.metrics.frechet.block_jackknife import LeftOut, jackknifed
from rbench.metrics.frechet.distance import FrechetResult, frechet_distance
from rbench.metrics.frechet.jackknife import frechet_jackknife
from rbench.metrics.moments import Moments

D = 4
SCALES = np.array([0.5, 1, 1.5, 2])


def of(rows: Any) -> Moments:
    return Moments(rows.shape[1]).update(rows)


def draw(rng: np.random.Generator, n: int) -> Any:
    return rng.normal(size=(n, D)) * SCALES + 0.3


REAL = Moments.from_statistics(np.zeros(D), np.eye(D))


def test_it_is_the_distance_and_the_refits_without_each_block() -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(300, D)), draw(rng, 100)
    found = frechet_jackknife(real, fake, blocks=10)
    assert found.value == pytest.approx(frechet_distance(real, fake).value, rel=1e-12)
    kept = [np.arange(100) % 10 != b for b in range(10)]
    refits = np.array([frechet_distance(real, fake[k]).value for k in kept])
    (left,) = found.left_out
    assert left.role == "fake" and left.sizes == (10,) * 10
    np.testing.assert_allclose(left.values, refits, rtol=1e-11)
    assert found.bias_corrected == pytest.approx(10 * found.value - 9 * refits.mean(), rel=1e-9)
    expected = np.sqrt(9 / 10 * ((refits - refits.mean()) ** 2).sum())
    assert found.standard_error == pytest.approx(expected, rel=1e-9)
    assert found.interval is not None and found.interval.covers.startswith("sampling of fake;")
    half = stats.t.ppf(0.975, 9) * expected
    assert found.interval.high == pytest.approx(found.value + half, rel=1e-9)
    assert found.interval.low == pytest.approx(found.value - half, rel=1e-9)


def test_block_moments_and_features_agree() -> None:
    fake = draw(np.random.default_rng(1), 90)
    blocks = [of(fake[b::9]) for b in range(9)]
    assert frechet_jackknife(REAL, blocks) == frechet_jackknife(REAL, fake, blocks=9)


def test_variances_of_both_samples_add() -> None:
    rng = np.random.default_rng(2)
    real, fake = rng.normal(size=(400, D)), draw(rng, 200)
    real_blocks = [of(real[b::8]) for b in range(8)]
    both = frechet_jackknife(real_blocks, fake, blocks=10)
    one = frechet_jackknife(real, fake, blocks=10)
    other = frechet_jackknife(fake, real, blocks=8)
    errors = [r.standard_error or 0.0 for r in (both, one, other)]
    assert errors[0] == pytest.approx(np.hypot(errors[1], errors[2]), rel=1e-9)
    assert [p.role for p in both.left_out] == ["fake", "real"]
    assert both.interval is not None and "fake and real" in both.interval.covers


def test_unequal_blocks_of_a_mean_give_its_exact_standard_error_in_expectation() -> None:
    rng = np.random.default_rng(3)
    sizes = (5, 10, 20, 30, 35)
    cuts = np.cumsum(sizes)[:-1]
    found = []
    for _ in range(4000):
        rows = rng.normal(size=100)
        rest = [(rows.sum() - part.sum()) / (100 - len(part)) for part in np.split(rows, cuts)]
        said = jackknifed(rows.mean(), [LeftOut("fake", sizes, tuple(rest))])
        assert said.bias_corrected == pytest.approx(rows.mean(), abs=1e-12)
        found.append(said.standard_error**2)
    assert np.mean(found) == pytest.approx(0.01, rel=4 * np.std(found) / 0.01 / np.sqrt(4000))


def results(draws: int) -> list[FrechetResult]:
    rng = np.random.default_rng(4)
    return [frechet_jackknife(REAL, draw(rng, 400), level=0.9) for _ in range(draws)]


def test_intervals_cover_the_expected_distance_and_the_bias_goes() -> None:
    draws = 300
    found = results(draws)
    expected = np.mean([r.value for r in found])
    hits = sum(r.interval.low <= expected <= r.interval.high for r in found if r.interval)
    low, high = stats.binom.ppf([0.001, 0.999], draws, 0.9)
    # A jackknife of few hundred samples covers a little less than it says: 3 % are allowed.
    assert low - 0.03 * draws <= hits <= high
    truth = 0.09 * D + ((SCALES - 1) ** 2).sum()
    error = np.std([r.value for r in found]) / np.sqrt(draws)
    assert expected - truth > 3 * error / 2
    assert abs(np.mean([r.bias_corrected for r in found]) - truth) < 3 * error


def test_fewer_samples_than_dimensions_still_have_an_error() -> None:
    rng = np.random.default_rng(5)
    real, fake = rng.normal(size=(50, 30)), rng.normal(size=(20, 30))
    found = frechet_jackknife(real, fake, blocks=5)
    refit = frechet_distance(real, fake[np.arange(20) % 5 != 0]).value
    assert found.left_out[0].values[0] == pytest.approx(refit, rel=1e-11)


def test_no_spread_has_no_interval() -> None:
    found = frechet_jackknife(REAL, np.ones((20, D)), blocks=4)
    assert found.interval is None and "changes nothing" in found.interval_note


def test_bad_requests_are_refused() -> None:
    fake = draw(np.random.default_rng(6), 30)
    for act, message in (
        (lambda: frechet_jackknife(REAL, fake, blocks=1), "blocks=1"),
        (lambda: frechet_jackknife(REAL, of(fake)), "one Moments object"),  # type: ignore[arg-type]
        (lambda: frechet_jackknife(REAL, [of(fake)]), "give 2 or more"),
        (lambda: frechet_jackknife(REAL, fake, level=95), "level=95"),
    ):
        with pytest.raises(UsageError, match=message):
            act()
    with pytest.raises(DataError, match="fake has 30 samples"):
        frechet_jackknife(REAL, fake, blocks=31)
    with pytest.raises(DataError, match="unknown"):
        frechet_jackknife(REAL, [of(fake), REAL])


@pytest.mark.parametrize("n_real", [15, 60])
def test_few_samples_take_the_features_and_agree_with_their_moments(n_real: int) -> None:
    rng = np.random.default_rng(3)
    real, fake = rng.normal(size=(n_real, 30)), rng.normal(size=(23, 30)) * 1.3
    quick = frechet_jackknife(real, fake, blocks=5)
    parts = [Moments(30).update(fake[b::5]) for b in range(5)]
    slow = frechet_jackknife(Moments(30).update(real), parts)
    assert quick.method == "low-rank"
    assert quick.left_out[0].sizes == slow.left_out[0].sizes
    np.testing.assert_allclose(quick.left_out[0].values, slow.left_out[0].values, rtol=1e-9)
    assert quick.standard_error == pytest.approx(slow.standard_error, rel=1e-7)
    assert quick.value == pytest.approx(slow.value, rel=1e-9)

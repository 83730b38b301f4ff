"""The paired jackknife on means, where it is a t test of block means, and its invariances."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from rbench.errors import UsageError
from rbench.metrics.frechet.block_jackknife import LeftOut
from rbench.metrics.frechet.jackknife import frechet_jackknife
from rbench.metrics.frechet.paired_jackknife import SetPair, paired_jackknife

Blocks = npt.NDArray[np.float64]


def without(blocks: Blocks) -> LeftOut:
    """Return the means without each row of `blocks`."""
    kept = [np.delete(blocks, b, axis=0).mean() for b in range(len(blocks))]
    return LeftOut("fake", (blocks.shape[1],) * len(blocks), tuple(map(float, kept)))


def pair(first: Blocks, second: Blocks) -> SetPair:
    means = float(first.mean()), float(second.mean())
    return SetPair(*means, without(first), without(second))


@pytest.fixture
def blocks() -> tuple[Blocks, Blocks]:
    rng = np.random.default_rng(5)
    shared = rng.normal(size=(10, 8))
    return shared + rng.normal(0.2, 0.3, (10, 8)), shared + rng.normal(0, 0.3, (10, 8))


def test_of_means_it_is_the_paired_t_test_of_the_blocks(blocks: tuple[Blocks, Blocks]) -> None:
    found = paired_jackknife([pair(*blocks)], same_noise=True)
    means = [one.mean(axis=1) for one in blocks]
    theirs = stats.ttest_rel(*means)
    assert found.p_value == pytest.approx(theirs.pvalue)
    assert found.interval is not None
    interval = theirs.confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low, interval.high))
    assert found.difference == pytest.approx(np.mean(means[0] - means[1]))
    assert found.bias_corrected == pytest.approx(found.difference)


def test_without_common_noise_it_is_welchs_test(blocks: tuple[Blocks, Blocks]) -> None:
    found = paired_jackknife([pair(*blocks)], same_noise=False)
    means = [one.mean(axis=1) for one in blocks]
    assert found.p_value == pytest.approx(stats.ttest_ind(*means, equal_var=False).pvalue)
    paired = paired_jackknife([pair(*blocks)], same_noise=True)
    assert (paired.standard_error or 1) < (found.standard_error or 0) / 2


@pytest.mark.parametrize("same_noise", [True, False])
def test_swapping_the_sets_changes_the_sign_alone(
    blocks: tuple[Blocks, Blocks], same_noise: bool
) -> None:
    found = paired_jackknife([pair(*blocks)], same_noise=same_noise)
    swapped = paired_jackknife([pair(*blocks[::-1])], same_noise=same_noise)
    assert swapped.difference == -found.difference
    assert swapped.p_value == pytest.approx(found.p_value)
    assert swapped.standard_error == pytest.approx(found.standard_error)


def test_several_sets_are_averaged_and_narrow_the_error(blocks: tuple[Blocks, Blocks]) -> None:
    one = pair(*blocks)
    rolled = pair(blocks[0] + 1, blocks[1] + 1)
    single = paired_jackknife([one], same_noise=True)
    four = paired_jackknife([one, rolled, one, rolled], same_noise=True)
    assert four.difference == pytest.approx(single.difference)
    assert four.first == pytest.approx(single.first + 0.5)
    assert four.standard_error == pytest.approx((single.standard_error or 0) / 2)


def test_a_fixed_second_set_leaves_the_error_of_the_first() -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(200, 4)), rng.normal(0.3, 1, size=(120, 4))
    found = frechet_jackknife(real, fake)
    (left,) = found.left_out
    fixed = LeftOut("fake", left.sizes, (1.0,) * len(left.values))
    compared = paired_jackknife([SetPair(found.value, 1.0, left, fixed)], same_noise=True)
    assert compared.standard_error == pytest.approx(found.standard_error)
    assert compared.bias_corrected == pytest.approx((found.bias_corrected or 0) - 1)


def test_equal_sets_have_no_difference_and_no_error(blocks: tuple[Blocks, Blocks]) -> None:
    found = paired_jackknife([pair(blocks[0], blocks[0])], same_noise=True)
    assert (found.difference, found.p_value, found.interval) == (0, 1, None)
    assert found.standard_error is None
    assert "changes nothing" in found.note


def test_what_cannot_be_paired_is_refused(blocks: tuple[Blocks, Blocks]) -> None:
    with pytest.raises(UsageError, match="no set"):
        paired_jackknife([], same_noise=True)
    with pytest.raises(UsageError, match="differ in size"):
        paired_jackknife([pair(blocks[0], blocks[1][:, :5])], same_noise=True)
    with pytest.raises(UsageError, match="level=95"):
        paired_jackknife([pair(*blocks)], same_noise=True, level=95)

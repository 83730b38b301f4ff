"""FDr^k: the paper's own figures, every normaliser, and joint errors over shared images."""

import numpy as np
import pytest

from rbench.errors import DataError, UsageError
from rbench.metrics.frechet.fdr import PAPER_IMPLIED, RELEASED, fdr
from rbench.metrics.frechet.jackknife import frechet_jackknife
from rbench.metrics.moments import Moments
from rbench.metrics.representations.fdr_set import FDR6

RAW = dict(zip(FDR6, (0.77, 32.4, 24.7, 0.015, 1.49, 32.3), strict=True))


def test_validation_images_score_one() -> None:
    assert float(fdr(PAPER_IMPLIED)) == pytest.approx(1, rel=1e-15)
    assert float(fdr(RELEASED, normaliser="released")) == pytest.approx(1, rel=1e-15)
    assert float(fdr(RAW, normaliser="exact", exact=RAW)) == 1


def test_it_is_the_mean_of_the_ratios_and_says_all_of_them() -> None:
    for normaliser, table in (("paper-implied", PAPER_IMPLIED), ("released", RELEASED)):
        found = fdr(RAW, normaliser=normaliser)  # type: ignore[arg-type]
        ratios = {name: RAW[name] / table[name] for name in FDR6}
        assert found.value == pytest.approx(np.mean(list(ratios.values())), rel=1e-15)
        assert found.ratios == ratios and found.distances == RAW
        assert found.normaliser == normaliser and found.normalisers == dict(table)
        assert found.metric == "fdr^6" and found.method == f"mean-of-ratios/{normaliser}"


def test_the_constants_are_those_of_the_paper() -> None:
    assert tuple(PAPER_IMPLIED.values()) == (1.6774, 56.868, 14.1854, 0.04284, 0.60489, 5.6047)
    assert tuple(RELEASED.values()) == (1.68, 56.87, 14.19, 0.04, 0.60, 5.60)
    for name, rounded in RELEASED.items():
        assert round(PAPER_IMPLIED[name], 2) == rounded


def test_the_released_constants_warn_of_their_rounding() -> None:
    warnings = fdr(RAW, normaliser="released").warnings
    assert [w.split(",")[0].split()[-1] for w in warnings] == ["fdr/mae-l", "fdr/siglip2-so400m"]
    assert "12.5 %" in warnings[0] and fdr(RAW).warnings == ()


def test_a_subset_must_be_named_and_is_named() -> None:
    some = {name: RAW[name] for name in FDR6[:2]}
    with pytest.raises(UsageError, match="fdr/dinov2-l, fdr/mae-l"):
        fdr(some)
    found = fdr(some, representations=FDR6[:2])
    assert found.metric == "fdr^2(inception-v3,fdr/convnextv2-b)"
    assert fdr(RAW, representations=FDR6[::-1]).metric == "fdr^6"
    own = fdr({"own": 3.0}, representations=["own"], normaliser="exact", exact={"own": 2.0})
    assert own.value == 1.5


def test_blocks_are_left_out_of_all_representations_at_once() -> None:
    rng = np.random.default_rng(0)
    images = rng.normal(size=(200, 3))
    real = Moments.from_statistics(np.zeros(3), np.eye(3) / 2)
    features = {name: images * (1 + i) for i, name in enumerate(FDR6)}
    results = {name: frechet_jackknife(real, rows, blocks=10) for name, rows in features.items()}
    found = fdr(results)
    without = [
        np.mean([results[n].left_out[0].values[b] / PAPER_IMPLIED[n] for n in FDR6])
        for b in range(10)
    ]
    expected = np.sqrt(0.9 * ((without - np.mean(without)) ** 2).sum())
    assert found.standard_error == pytest.approx(expected, rel=1e-9)
    alone = [(results[n].standard_error or 0) / PAPER_IMPLIED[n] / 6 for n in FDR6]
    assert found.standard_error == pytest.approx(sum(alone), rel=0.05)
    assert found.standard_error > 1.1 * np.linalg.norm(alone)
    assert found.interval is not None and found.interval.low < found.value < found.interval.high
    assert found.n == {"real": None, "fake": 200}
    mixed = fdr(results | {FDR6[0]: frechet_jackknife(real, images, blocks=5)})
    assert mixed.interval is None and "different blocks" in mixed.interval_note
    plain = fdr(results | {FDR6[0]: 1.0})
    assert plain.standard_error is None and "frechet_jackknife" in plain.interval_note
    few = fdr(results | {FDR6[0]: frechet_jackknife(real, images[:100], blocks=10)})
    assert any("different numbers of fake" in w for w in few.warnings)


def test_bad_requests_are_refused() -> None:
    for act, message in (
        (lambda: fdr(RAW, normaliser="mean"), "'mean' is unknown"),  # type: ignore[arg-type]
        (lambda: fdr(RAW, normaliser="exact"), "belong together"),
        (lambda: fdr(RAW, exact=RAW), "belong together"),
        (lambda: fdr(RAW, representations=[]), "one at least"),
        (lambda: fdr(RAW, representations=["fdr/mae-l"] * 2), "each once"),
        (lambda: fdr(RAW | {"mae": 1.0}, representations=["mae"]), "no paper-implied normaliser"),
    ):
        with pytest.raises(UsageError, match=message):
            act()
    with pytest.raises(DataError, match="finite"):
        fdr(RAW | {FDR6[1]: float("nan")})
    with pytest.raises(DataError, match="above 0"):
        fdr(RAW, normaliser="exact", exact=RAW | {FDR6[1]: 0.0})

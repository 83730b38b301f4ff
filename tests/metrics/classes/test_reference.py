"""References: real images measured before, and the refusal of those that do not fit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rbench.errors import DataError, UsageError
from rbench.metrics.classes import CMMD, FrechetDistance, KernelDistance, ManifoldScores
from rbench.metrics.moments import Moments
from rbench.metrics.reference_statistics import ReferenceStatistics
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.preprocess import Preprocess
from tests.metrics.classes.samples import digits, features, numbers, small

FAKE = digits()[300:420]


@pytest.fixture
def statistics() -> ReferenceStatistics:
    extractor = Extractor(small(), device="cpu")
    rows = extractor.extract(digits()[:300])
    moments = {name: Moments(values.shape[1]).update(values) for name, values in rows.items()}
    return ReferenceStatistics(moments, rows, {"representation": extractor.identity})


@pytest.mark.parametrize("make", [FrechetDistance, KernelDistance, ManifoldScores, CMMD])
def test_a_reference_stands_for_the_real_images(
    make: Any, statistics: ReferenceStatistics, tmp_path: Path
) -> None:
    statistics.save(tmp_path / "reference.npz")
    plain = make(small()).update(digits()[:300], real=True).update(FAKE, real=False)
    for given in (statistics, tmp_path / "reference.npz", str(tmp_path / "reference.npz")):
        metric = make(small(), reference=given).update(FAKE, real=False)
        assert numbers(metric) == pytest.approx(numbers(plain), rel=1e-9)
        metric.reset(keep_reference=False).update(FAKE, real=False)
        assert numbers(metric) == pytest.approx(numbers(plain), rel=1e-9)


def test_moments_and_features_are_references_too(statistics: ReferenceStatistics) -> None:
    rows = statistics.features["features"]
    by_file = FrechetDistance(small(), reference=statistics).update(FAKE, real=False)
    by_moments = FrechetDistance(small(), reference=statistics.of("features"))
    assert numbers(by_moments.update(FAKE, real=False)) == numbers(by_file)
    memory = np.array(rows)
    kernel = KernelDistance(small(), reference=memory)
    memory[:] = 0
    wanted = KernelDistance(small(), reference=statistics).update(FAKE, real=False)
    assert numbers(kernel.update(FAKE, real=False)) == numbers(wanted)


def test_real_images_beside_a_reference_are_refused(statistics: ReferenceStatistics) -> None:
    metric = FrechetDistance(small(), reference=statistics)
    with pytest.raises(UsageError, match=r"given by the reference .*real=False only"):
        metric.update(FAKE, real=True)
    with pytest.raises(UsageError, match="given by the reference"):
        metric.update_features(features(5), real=True)


def test_a_reference_of_another_preprocess_is_refused_unless_forced(
    statistics: ReferenceStatistics,
) -> None:
    other = small().with_preprocess(Preprocess(size=None, mean=(0.5,) * 3))
    with pytest.raises(DataError, match=r"preprocess mean is .* instead of .*force=True"):
        FrechetDistance(other, reference=statistics)
    metric = FrechetDistance(other, reference=statistics, force=True)
    result = metric.update(FAKE, real=False).compute()
    assert any(w.startswith("FORCED: ") and "mean" in w for w in result.warnings)


def test_a_file_that_does_not_say_how_it_was_made_is_taken_with_a_warning(
    statistics: ReferenceStatistics, tmp_path: Path
) -> None:
    moments = statistics.of("features")
    np.savez(tmp_path / "peer.npz", mu=moments.mean, sigma=moments.covariance)
    renamed = small()
    taken = FrechetDistance(renamed, reference=tmp_path / "peer.npz").update(FAKE, real=False)
    assert any("does not say what it was made with" in w for w in taken.compute().warnings)
    metric = FrechetDistance(None, reference=tmp_path / "peer.npz")
    metric.update_features(features(60), real=False)
    result = metric.compute()
    assert result.n["real"] is None
    assert result.about["reference"].endswith("peer.npz")


def test_what_the_number_depends_on_is_in_the_result(statistics: ReferenceStatistics) -> None:
    result = FrechetDistance(small(), reference=statistics).update(FAKE, real=False).compute()
    assert result.about["representation"]["name"] == "small"
    assert result.about["output"] == "features"
    assert result.about["reference"] == "the statistics"
    scores = ManifoldScores(small(), reference=statistics).update(FAKE, real=False).compute()
    assert scores.recall is not None
    assert scores.recall.about["representation"]["name"] == "small"


def test_references_that_do_not_fit_are_refused(statistics: ReferenceStatistics) -> None:
    with pytest.raises(DataError, match="5 dimensions instead of 12"):
        FrechetDistance(small(), reference=Moments(5).update(features(9, d=5)))
    with pytest.raises(DataError, match="needs 2 samples"):
        FrechetDistance(None, reference=Moments(5))
    bare = ReferenceStatistics(statistics.moments, {}, statistics.header)
    with pytest.raises(DataError, match="keeps no features of 'features'"):
        KernelDistance(small(), reference=bare)
    with pytest.raises(UsageError, match="features of the reference, not its moments"):
        CMMD(None, reference=statistics.of("features"))
    two = ReferenceStatistics({**statistics.moments, "other": statistics.of("features")})
    with pytest.raises(UsageError, match=r"Name the output .*features, other"):
        FrechetDistance(None, reference=two)
    metric = FrechetDistance(None, reference=statistics)
    with pytest.raises(DataError, match="fake features has 5 dimensions instead of 12"):
        metric.update_features(features(9, d=5), real=False)


def test_states_move_between_metrics_of_the_same_reference_only(
    statistics: ReferenceStatistics, tmp_path: Path
) -> None:
    statistics.save(tmp_path / "reference.npz")
    metric = FrechetDistance(small(), reference=statistics).update(FAKE, real=False)
    again = FrechetDistance(small(), reference=tmp_path / "reference.npz")
    again.load_state_dict(metric.state_dict())
    assert float(again.compute()) == pytest.approx(float(metric.compute()), rel=1e-9)
    with pytest.raises(UsageError, match="differ in reference"):
        FrechetDistance(small()).load_state_dict(metric.state_dict())

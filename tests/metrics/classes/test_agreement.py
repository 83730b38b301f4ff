"""The numbers: those of the functions, and those of torchmetrics on the same features."""

from typing import Any

import numpy as np
import pytest
import torch
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore as PeerInceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

from rbench.metrics.classes import (
    CMMD,
    FrechetDistance,
    InceptionScore,
    KernelDistance,
    ManifoldScores,
)
from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.frechet.jackknife import frechet_jackknife
from rbench.metrics.inception import inception_score
from rbench.metrics.kernel.cmmd import cmmd
from rbench.metrics.kernel.distance import kernel_distance
from rbench.metrics.manifold import manifold_scores
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from tests.metrics.classes.samples import WIDTH, digits, features, network, numbers

REAL, FAKE = features(400, seed=1), features(300, seed=2)


def filled(metric: Any) -> Any:
    for piece in np.array_split(REAL, 9):
        metric.update_features(piece, real=True)
    for piece in np.array_split(FAKE, 5):
        metric.update_features(torch.from_numpy(piece), real=False)
    return metric


def test_the_classes_give_what_the_functions_give() -> None:
    distance = filled(FrechetDistance(None)).compute()
    assert float(distance) == pytest.approx(float(frechet_distance(REAL, FAKE)), rel=1e-10)
    assert distance.n == {"real": 400, "fake": 300}

    kernel = filled(KernelDistance(None)).compute()
    assert float(kernel) == float(kernel_distance(REAL, FAKE))
    subsets = filled(KernelDistance(None, estimator="subsets", subset_size=50, seed=7)).compute()
    expected = kernel_distance(REAL, FAKE, estimator="subsets", subset_size=50, seed=7)
    assert subsets.values == expected.values

    discrepancy = filled(CMMD(None, sigma=2.0, normalise=False)).compute()
    assert float(discrepancy) == float(cmmd(REAL, FAKE, sigma=2.0, normalise=False))

    scores = filled(ManifoldScores(None, k=5, ball="<")).compute()
    wanted = manifold_scores(REAL, FAKE, k=5, ball="<")
    for name in ("precision", "recall", "density", "coverage"):
        assert float(getattr(scores, name)) == float(getattr(wanted, name))

    some = filled(ManifoldScores(None, metrics=["precision"])).compute()
    assert some.recall is None and float(some.precision) == float(
        manifold_scores(REAL, FAKE).precision
    )

    score = InceptionScore(None, variant="adm").update_features(FAKE).compute()
    assert float(score) == float(inception_score(FAKE, variant="adm"))


def test_the_interval_is_that_of_the_jackknife_over_the_same_blocks() -> None:
    result = filled(FrechetDistance(None, blocks=20, level=0.9)).compute()
    wanted = frechet_jackknife(REAL, FAKE, blocks=20, level=0.9)
    assert result.standard_error == pytest.approx(wanted.standard_error, rel=1e-8)
    assert result.interval is not None and wanted.interval is not None
    assert result.interval.low == pytest.approx(wanted.interval.low, rel=1e-8)
    assert result.interval.level == 0.9


def test_too_few_samples_for_the_blocks_give_the_distance_and_say_so() -> None:
    metric = FrechetDistance(None, blocks=20)
    metric.update_features(REAL, real=True).update_features(FAKE[:30], real=False)
    result = metric.compute()
    assert result.interval is None
    assert result.interval_note == "30 fake samples are too few for 20 blocks"
    assert float(result) == pytest.approx(float(frechet_distance(REAL, FAKE[:30])), rel=1e-9)


def test_fewer_samples_than_dimensions_stay_exact() -> None:
    wide, other = features(40, d=60, seed=1), features(50, d=60, seed=2)
    metric = FrechetDistance(None)
    metric.update_features(wide, real=True).update_features(other, real=False)
    assert float(metric.compute()) == pytest.approx(float(frechet_distance(wide, other)), rel=1e-9)
    metric = FrechetDistance(None)
    metric.update_features(wide, real=True).update_features(wide, real=False)
    assert abs(float(metric.compute())) < 1e-9


class Flat(torch.nn.Module):
    """The network as torchmetrics takes it: images in 0..255 come as bytes."""

    num_features = WIDTH

    def __init__(self) -> None:
        super().__init__()
        self.network = network().eval()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        # Doubles, because the peer computes its kernel in the dtype of the features.
        return self.network(images.float() / 255).double()  # type: ignore[no-any-return]


def representation() -> Any:
    return of_callable(network(), WIDTH, Preprocess(size=None), batch=50)


def both(ours: Any, theirs: Any, n: int) -> tuple[Any, Any]:
    images = digits().expand(-1, 3, -1, -1)
    for start in range(0, n, 50):
        for real, batch in ((True, images[start:][:50]), (False, images[1797 - n + start :][:50])):
            ours.update(batch, real=real)
            theirs.update(batch, real=real)
    return ours.compute(), theirs.compute()


def test_the_distance_is_that_of_torchmetrics() -> None:
    peer = FrechetInceptionDistance(feature=Flat())
    ours, theirs = both(FrechetDistance(representation()), peer, 800)
    assert float(ours) == pytest.approx(float(theirs), rel=1e-6)


def test_with_fewer_samples_than_dimensions_the_peer_is_a_little_off() -> None:
    class Wide(Flat):
        num_features = 96

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return (images[:, :1].double() / 255).flatten(1).repeat(1, 2)[:, :96]

    peer = FrechetInceptionDistance(feature=Wide())
    module = of_callable(
        lambda x: x[:, :1].flatten(1).repeat(1, 2)[:, :96], 96, Preprocess(size=None)
    )
    ours, theirs = both(FrechetDistance(module), peer, 50)
    assert float(ours) == pytest.approx(float(theirs), rel=1e-4)
    assert any("singular" in warning for warning in ours.warnings)


def test_the_kernel_distance_is_that_of_torchmetrics_where_the_subset_is_the_set() -> None:
    # With subsets of all samples the peer's random draw does not matter.
    peer = KernelInceptionDistance(feature=Flat(), subsets=1, subset_size=500)
    ours, theirs = both(KernelDistance(representation(), estimator="full"), peer, 500)
    assert float(ours) == pytest.approx(float(theirs[0]), rel=1e-6, abs=1e-9)


def test_the_inception_score_is_that_of_torchmetrics_in_one_split() -> None:
    images = digits()[:500].expand(-1, 3, -1, -1)
    peer = PeerInceptionScore(feature=Flat(), splits=1)
    peer.update(images)
    ours = InceptionScore(representation(), output="features", variant="torchmetrics", splits=1)
    assert float(ours.update(images).compute()) == pytest.approx(float(peer.compute()[0]), rel=1e-6)


def test_a_sum_that_is_far_from_zero_loses_nothing() -> None:
    shifted = FrechetDistance(None)
    shifted.update_features(REAL.astype(np.float64) + 1e6, real=True)
    shifted.update_features(FAKE.astype(np.float64) + 1e6, real=False)
    assert numbers(shifted)[0] == pytest.approx(float(frechet_distance(REAL, FAKE)), rel=1e-7)

"""Construction by name, preset and object, and the sentences for what makes no sense."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from rbench.errors import AssetError, DataError, UsageError
from rbench.metrics.classes import FrechetDistance, InceptionScore, KernelDistance, ManifoldScores
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from tests.metrics.classes.samples import WIDTH, digits, features, network, numbers, small


def named_like_inception() -> Any:
    """Return a representation with Inception's name, outputs and steps, and no weights."""
    return of_callable(
        lambda x: {"pool": x.flatten(1)[:, :6], "logits_unbiased": x.flatten(1)[:, 100:104]},
        {"pool": 6, "logits_unbiased": 4},
        Preprocess(size=None),
        name="inception-v3",
    )


def test_images_and_features_are_told_apart_and_the_message_says_where_to_go() -> None:
    metric = FrechetDistance(small())
    with pytest.raises(
        DataError, match=r"update takes images .* array \(8, 12\): .*update_features"
    ):
        metric.update(features(8), real=True)
    with pytest.raises(DataError, match=r"array \(1, 8, 8\): for one image give images\[None\]"):
        metric.update(digits()[0], real=True)
    with pytest.raises(DataError, match=r"takes features \(n, d\), .*for images call update"):
        metric.update_features(digits()[:4], real=True)
    only_features = FrechetDistance(None)
    with pytest.raises(UsageError, match="representation=None and takes features only: call upd"):
        only_features.update(digits()[:4], real=True)


def test_roles_are_true_or_false() -> None:
    for wrong in (1, "real", None, torch.tensor(True)):
        with pytest.raises(UsageError, match="give True for real images, False for generated"):
            FrechetDistance(None).update_features(features(3), real=wrong)  # type: ignore[arg-type]


def test_bad_samples_are_named_and_not_added() -> None:
    metric = FrechetDistance(small())
    metric.update(digits()[:40], real=True).update(digits()[40:80], real=False)
    expected = numbers(metric)
    images = digits()[:6].float() / 255
    images[4, 0, 2, 2] = 1.5
    with pytest.raises(DataError, match=r"Image 44 holds the value 1\.5, outside \[0, 1\]"):
        metric.update(images, real=False)
    with pytest.raises(DataError, match="fake features holds NaN or infinity, first in sample 1"):
        metric.update_features(np.array([[0.0] * 12, [np.nan] * 12]), real=False)
    with pytest.raises(DataError, match="12"):
        metric.update_features(features(4, d=3), real=False)
    with pytest.raises(DataError, match="flattened by a gather"):
        metric.update_features(features(4).ravel(), real=False)
    assert numbers(metric) == expected


def test_nothing_or_too_little_to_compute_is_one_sentence() -> None:
    metric = FrechetDistance(None)
    with pytest.raises(DataError, match=r"no real samples yet: call update\(images, real=True\)"):
        metric.compute()
    metric.update_features(features(1), real=True).update_features(features(5), real=False)
    with pytest.raises(DataError, match="2 samples"):
        metric.compute()
    with pytest.raises(DataError, match="no fake samples yet"):
        InceptionScore(None).compute()
    empty = KernelDistance(None).update_features(features(0), real=True)
    with pytest.raises(DataError, match="no real samples yet"):
        empty.compute()


def test_the_first_features_decide_the_dimension_unless_it_is_declared() -> None:
    metric = KernelDistance(None)
    metric.update_features(features(5), real=True)
    with pytest.raises(DataError, match="3 dimensions instead of 12"):
        metric.update_features(features(5, d=3), real=False)
    with pytest.raises(DataError, match="12 dimensions instead of 4"):
        KernelDistance(None, dimension=4).update_features(features(5), real=True)
    with pytest.raises(UsageError, match="dimension=0"):
        KernelDistance(None, dimension=0)
    with pytest.raises(UsageError, match="small:features has 12 dimensions, not 4"):
        KernelDistance(small(), dimension=4)


def test_a_preset_pins_the_steps_and_the_options_and_is_in_the_result() -> None:
    metric = KernelDistance(named_like_inception(), preset="clean-fid")
    steps = metric.source.extractor.representation.preprocess  # type: ignore[union-attr]
    assert (steps.size, steps.kernel) == (299, "pillow-float")
    metric.update(digits()[:6], real=True).update(digits()[6:15], real=False)
    result = metric.compute()
    assert result.estimator == "subsets" and len(result.values) == 100
    assert result.about["subset_size"] == 6
    assert result.about["preset"] == "clean-fid"
    own = KernelDistance(None, preset="clean-fid", subsets=3)
    own.update_features(features(9), real=True).update_features(features(8), real=False)
    assert len(own.compute().values) == 3


def test_presets_that_have_no_such_metric_or_are_unknown_are_refused() -> None:
    with pytest.raises(UsageError, match="'edm2' has no manifold; it has frechet"):
        ManifoldScores(preset="edm2")
    with pytest.raises(UsageError, match=r"no preset 'clean-fit'.*clean-fid"):
        FrechetDistance(preset="clean-fit")


def test_the_inception_score_finds_its_logits() -> None:
    score = InceptionScore(named_like_inception(), splits=2)
    assert score.source.output == "logits_unbiased"
    with pytest.raises(UsageError, match="small has no output called logits: name the one"):
        InceptionScore(small())


def test_outputs_that_do_not_exist_are_named() -> None:
    with pytest.raises(UsageError, match="small has no output 'pool'; it has features"):
        FrechetDistance(small(), output="pool")
    with pytest.raises(UsageError, match="names another output than output='pool'"):
        FrechetDistance("inception-v3:spatial", output="pool")
    with pytest.raises(UsageError, match="no representation 'inception'"):
        FrechetDistance("inception")


def test_metrics_share_one_loaded_network() -> None:
    loaded = Extractor(small(), device="cpu")
    shared, own = FrechetDistance(loaded), FrechetDistance(small())
    kernel = KernelDistance(loaded)
    for metric in (shared, kernel, own):
        metric.update(digits()[:41], real=True).update(digits()[41:90], real=False)
    assert numbers(shared) == numbers(own)
    assert shared.source.extractor is kernel.source.extractor is loaded
    two = Extractor(named_like_inception(), device="cpu")
    with pytest.raises(UsageError, match="computes pool: make it with 'logits_unbiased' too"):
        InceptionScore(two)
    with pytest.raises(UsageError, match="other steps than the preset 'edm2'"):
        FrechetDistance(two, preset="edm2")


def test_a_move_finds_out_that_the_network_was_trained_on() -> None:
    module = network()
    metric = FrechetDistance(of_callable(module, WIDTH, Preprocess(size=None)), device="cpu")
    with torch.no_grad():
        module[0].weight.add_(1)  # type: ignore[union-attr, operator]
    metric.to("cpu")
    with pytest.raises(UsageError, match=r"weights of Sequential changed .* another one on meta"):
        metric.to("meta")


def test_nothing_needs_torch_to_be_imported() -> None:
    code = (
        "import sys; sys.modules['torch'] = None; import numpy as np;"
        "from rbench.metrics.classes import CMMD, FDr, FrechetDistance, InceptionScore;"
        "from rbench.metrics.classes import KernelDistance, ManifoldScores;"
        "m = FrechetDistance(None); x = np.random.default_rng(0).normal(size=(40, 3));"
        "m.update_features(x, real=True).update_features(x + 1, real=False);"
        "assert abs(float(m.compute()) - 3) < 1e-9"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_blocks_of_one_are_refused() -> None:
    for blocks in (1, -3):
        with pytest.raises(UsageError, match=f"blocks={blocks} leaves nothing out"):
            FrechetDistance(None, blocks=blocks)


def test_missing_weights_are_said_when_the_metric_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("RBENCH_ASSETS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(AssetError, match="Inception"):
        FrechetDistance(offline=True)

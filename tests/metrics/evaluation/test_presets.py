"""Presets beside the real peers: the same pictures, the same random network, in one process.

With so few pictures the covariances are singular, and the peers' own distances are off by 1e-4
(docs/metrics.md); so their features go through one distance, and what is compared is everything
from the file to the feature. Their distances on full ranks: tests/metrics/test_frechet.py.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
import torch_fidelity
from cleanfid import fid as clean_fid
from pytorch_fid import fid_score, inception
from torchmetrics.image.fid import FrechetInceptionDistance

from rbench.errors import UsageError
from rbench.metrics.evaluation.jobs import plan_jobs
from rbench.metrics.evaluation.measure import measure
from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.images import open_images
from rbench.metrics.presets import PRESETS, get_preset
from rbench.metrics.representations.fdr_set import FDR6
from rbench.metrics.representations.inception_v3 import inception_v3
from rbench.metrics.representations.registry import get_representation
from rbench.metrics.representations.representation import Representation
from tests.metrics.evaluation.image_sets import two_folders
from tests.metrics.representations.random_inception import random_state

N = 4


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "random.pth"
    torch.save(random_state(), path)
    return path


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return two_folders(tmp_path_factory.mktemp("images"), n=N, size=48)


def inception_of(weights: Path) -> Representation:
    return replace(inception_v3(weights), batch=N)


def pytorch_fid_network(weights: Path, **options: bool) -> torch.nn.Module:
    state = torch.load(weights, weights_only=True)
    with mock.patch.object(inception, "load_state_dict_from_url", return_value=state):
        return inception.InceptionV3([3], **options).eval()


def of_pytorch_fid(weights: Path, folder: Path) -> np.ndarray:
    network = pytorch_fid_network(weights)
    files = sorted(folder.iterdir())
    return fid_score.get_activations(files, network, batch_size=N, num_workers=0)


def of_clean_fid(weights: Path, folder: Path) -> np.ndarray:
    network = pytorch_fid_network(weights, resize_input=False, normalize_input=False)

    def model(images: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return network((images - 128) / 128)[0][:, :, 0, 0]

    return clean_fid.get_folder_features(
        str(folder), model, num_workers=0, batch_size=N, device=torch.device("cpu"),
        mode="clean", verbose=False,
    )  # fmt: skip


def of_torchmetrics(weights: Path, folder: Path) -> np.ndarray:
    network = FrechetInceptionDistance(2048, feature_extractor_weights_path=str(weights)).inception
    images = np.stack([image.pixels for image in open_images(folder)])
    return network(torch.from_numpy(images).permute(0, 3, 1, 2)).numpy()


@pytest.mark.parametrize(
    ("preset", "features"),
    [
        ("pytorch-fid", of_pytorch_fid),
        ("clean-fid", of_clean_fid),
        ("torchmetrics", of_torchmetrics),
    ],
)
def test_frechet_is_that_of_the_peers_features(
    weights: Path,
    folders: tuple[Path, Path],
    preset: str,
    features: Callable[[Path, Path], np.ndarray],
) -> None:
    measured = measure(
        *folders, ["frechet"], representations=[inception_of(weights)], preset=preset, blocks=0
    )
    theirs = float(frechet_distance(*(features(weights, folder) for folder in folders)))
    # Features agree to 1e-6 (tests/metrics/representations/test_inception_v3.py), float32 on both
    # sides; a distance is quadratic in them.
    assert measured["frechet"].result.value == pytest.approx(theirs, rel=2e-6)
    assert measured["frechet"].result.about["preset"] == preset


def test_torch_fidelity_comes_to_the_same_values(weights: Path, folders: tuple[Path, Path]) -> None:
    real, fake = folders
    theirs = torch_fidelity.calculate_metrics(
        input1=str(fake), input2=str(real), cuda=False, isc=True, fid=True, kid=True,
        kid_subset_size=3, kid_subsets=10, isc_splits=2, batch_size=N, verbose=False,
        save_cpu_ram=True,
        cache=False, feature_extractor_weights_path=str(weights),
    )  # fmt: skip
    measured = measure(
        real, fake, ["frechet", "kernel", "inception-score"],
        representations=[inception_of(weights)], preset="torch-fidelity", blocks=0,
        options={"kernel": {"subset_size": 3, "subsets": 10}, "inception-score": {"splits": 2}},
    )  # fmt: skip
    values = {row.metric: row.result.value for row in measured.rows}
    assert values["inception-score"] == pytest.approx(theirs["inception_score_mean"], rel=1e-6)
    # Its kernel is summed in float32.
    assert values["kernel"] == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-5)
    # Its trace term is low where N < d: tests/benchmarks/frechet_distance.py prints by how much.
    assert values["frechet"] == pytest.approx(theirs["frechet_inception_distance"], rel=1e-4)


def test_presets_of_one_network_differ_by_their_steps(
    weights: Path, folders: tuple[Path, Path]
) -> None:
    values = {
        preset: measure(
            *folders, ["frechet"], representations=[inception_of(weights)], preset=preset, blocks=0
        )["frechet"].result.value
        for preset in ("torch-fidelity", "adm", "pytorch-fid")
    }
    assert values["adm"] == values["torch-fidelity"]
    assert values["pytorch-fid"] != pytest.approx(values["adm"], rel=1e-3)


def test_adm_measures_sfid_beside_fid() -> None:
    jobs = plan_jobs(["frechet"], [], get_preset("adm"), {})
    assert [job.label for job in jobs] == ["inception-v3:pool", "inception-v3:spatial"]


@pytest.mark.parametrize("name", PRESETS)
def test_what_a_preset_names_exists(name: str) -> None:
    preset = get_preset(name)
    assert preset.source and preset.reference
    for given in preset.representations.values():
        for label in given:
            representation, _, output = label.partition(":")
            found = get_representation(representation)
            assert found.dimension(output or next(iter(found.outputs))) > 0
    used = {label.partition(":")[0] for given in preset.representations.values() for label in given}
    assert set(preset.preprocess) <= used


def test_an_unknown_preset_gets_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'clean-fid'"):
        get_preset("cleanfid")


def test_the_options_given_go_before_those_of_the_preset() -> None:
    options: dict[str, Any] = {"manifold": {"k": 7}}
    (job,) = plan_jobs(["manifold"], [], get_preset("dgm-eval"), options)
    assert dict(job.options) == {"k": 7, "ball": "<"}


def test_fdr_takes_inception_as_fd_loss_does() -> None:
    jobs = plan_jobs(["fdr"], [], None, {})
    assert [job.representation.name for job in jobs] == list(FDR6)
    assert jobs[0].representation.preprocess == PRESETS["fd-loss"].preprocess["inception-v3"]
    assert jobs[0].representation.preprocess.quantise == "none"
    assert [job.label for job in jobs][3] == "fdr/mae-l:cls"

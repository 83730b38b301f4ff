"""Where an evaluator's reference comes from: published, given by the user, or the real images."""

from pathlib import Path

import pytest

from rbench.assets.statistics import ADM_IMAGENET_256, JIT_256
from rbench.errors import DataError, UsageError
from rbench.harness.images.references import open_reference
from rbench.harness.images.task import Reference
from rbench.harness.images.wanted import evaluator_jobs
from rbench.metrics.representations.fdr_set import FDR6
from tests.tasks.image_files import load, pictures, write_batch, write_statistics


def reference(name: str, data: Path | None = None, **chosen: str) -> Reference:
    (evaluator,) = load(name, data, **chosen).evaluators
    return evaluator.reference


def test_published_statistics_stay_the_reference_where_real_images_are_there_too(
    tmp_path: Path,
) -> None:
    write_batch(tmp_path / "train.npz", pictures(3, 256))
    for evaluator, asset in (("adm", ADM_IMAGENET_256), ("jit", JIT_256)):
        found = reference("imagenet256", tmp_path, evaluators=evaluator)
        assert (found.asset, found.real, found.split) == (asset, None, "train")


def test_real_images_serve_what_published_statistics_do_not(tmp_path: Path) -> None:
    write_batch(tmp_path / "train.npz", pictures(3, 256))
    found = reference("imagenet256", tmp_path, evaluators="fd-loss")
    assert found.asset is None and found.real is not None
    assert found.by_representation == {"inception-v3": ADM_IMAGENET_256}
    found = reference("imagenet256", tmp_path, evaluators="dgm-eval")
    assert found.real is not None and found.by_representation == {}


@pytest.mark.parametrize("layout", ["fdr/{}.npz", "{}.npz"])
def test_statistics_are_found_by_the_names_of_their_representations(
    layout: str, tmp_path: Path
) -> None:
    for name in FDR6[1:]:
        write_statistics(tmp_path / layout.format(name.removeprefix("fdr/")), 1024)
    found = reference("imagenet256", evaluators="fd-loss", references=str(tmp_path))
    assert list(found.by_representation)[:5] == list(FDR6[1:])
    assert found.by_representation["inception-v3"] == ADM_IMAGENET_256
    assert found.real is None


def test_the_names_that_the_authors_of_fdr_gave_are_known(tmp_path: Path) -> None:
    path = write_statistics(tmp_path / "vit_large_patch16_224_mae_in256_t224_stats.npz", 1024)
    with pytest.raises(DataError, match="fdr on fdr/convnextv2-b:pool, fdr/dinov2-l") as caught:
        reference("imagenet256", evaluators="fd-loss", references=str(tmp_path))
    assert "mae" not in str(caught.value)
    assert path.exists()


def test_given_statistics_go_before_the_published_ones(tmp_path: Path) -> None:
    given = write_statistics(tmp_path / "mine.npz")
    found = reference("cifar10", reference=str(given))
    assert found == Reference("given mine.npz", None, file=given, given=True)


def test_given_images_are_a_reference_that_opens(tmp_path: Path) -> None:
    for given in (tmp_path / "some.npz", tmp_path / "folder"):
        if given.suffix:
            write_batch(given, pictures(3, 32))
        else:
            from PIL import Image

            given.mkdir()
            Image.fromarray(pictures(1, 32)[0]).save(given / "0.png")
        (evaluator,) = load("cifar10", reference=str(given)).evaluators
        opened = open_reference(evaluator.reference, evaluator_jobs(evaluator), offline=True)
        assert opened.side is not None and opened.side.images is not None


def test_what_the_user_puts_in_place_of_the_protocols_reference_is_marked(tmp_path: Path) -> None:
    write_batch(tmp_path / "some.npz", pictures(3, 32))
    assert reference("cifar10", evaluators="get", reference=str(tmp_path / "some.npz")).given
    assert reference("imagenet256", reference="asset:jit_in256_stats.npz").given
    own = "asset:VIRTUAL_imagenet256_labeled.npz"
    assert not reference("imagenet256", reference=own).given
    assert not reference("imagenet256").given
    write_statistics(tmp_path / "inception-v3.npz")
    assert reference("imagenet256", evaluators="jit", references=str(tmp_path)).given


def test_an_asset_can_be_given_by_its_name() -> None:
    found = reference("imagenet256", reference="asset:jit_in256_stats.npz")
    assert (found.asset, found.split) == (JIT_256, None)
    with pytest.raises(UsageError, match="there is no asset 'jit'"):
        reference("imagenet256", reference="asset:jit")


@pytest.mark.parametrize(
    ("chosen", "match"),
    [
        ({"reference": "nowhere.npz"}, "no such file or folder"),
        ({"references": "nowhere"}, "no such folder"),
        ({"evaluators": "adm,jit", "reference": "nowhere.npz"}, "is for one evaluator, and 2"),
    ],
)
def test_a_reference_that_is_not_there_gets_a_sentence(chosen: dict[str, str], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        load("imagenet256", **chosen)


def test_a_folder_without_statistics_of_that_name_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no statistics.*give inception-v3.npz"):
        load("imagenet256", references=str(tmp_path))

"""From two sets of images to rows: the numbers of the functions, with their origin."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rbench.assets import Asset
from rbench.assets.table import ASSETS
from rbench.errors import DataError, UsageError
from rbench.metrics.evaluation.jobs import plan_jobs
from rbench.metrics.evaluation.make_statistics import make_statistics
from rbench.metrics.evaluation.measure import measure
from rbench.metrics.frechet.fdr import PAPER_IMPLIED, FdrResult
from rbench.metrics.frechet.jackknife import frechet_jackknife
from rbench.metrics.images import open_images
from rbench.metrics.inception import inception_score
from rbench.metrics.kernel.distance import kernel_distance
from rbench.metrics.manifold import manifold_scores
from rbench.metrics.presets import get_preset
from rbench.metrics.reference_statistics import ReferenceStatistics
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.fdr_set import FDR6
from rbench.metrics.representations.preprocess import Preprocess
from tests.metrics.evaluation.image_sets import blurred, two_folders, write
from tests.metrics.representations.pictures import crops
from tests.metrics.representations.tiny_network import TinyNetwork, tiny


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return two_folders(tmp_path_factory.mktemp("images"))


def extracted(folder: Path, *outputs: str) -> dict[str, Any]:
    extractor = Extractor(tiny(), device="cpu", outputs=outputs)
    return extractor.extract([image.pixels for image in open_images(folder)])


def test_rows_are_the_numbers_of_the_functions(folders: tuple[Path, Path]) -> None:
    measured = measure(*folders, ["all"], representations=[tiny()], blocks=8)
    real, fake = (extracted(folder, "pool", "logits") for folder in folders)
    frechet = frechet_jackknife(real["pool"], fake["pool"], blocks=8)
    kernel = kernel_distance(real["pool"], fake["pool"])
    manifold = manifold_scores(real["pool"], fake["pool"])
    assert manifold.recall is not None and manifold.precision is not None
    expected = {
        "frechet": frechet,
        "kernel": kernel,
        "precision": manifold.precision,
        "recall": manifold.recall,
        "inception-score": inception_score(fake["logits"]),
    }
    for metric, result in expected.items():
        found = measured[metric].result
        assert found.value == pytest.approx(result.value, rel=1e-9), metric
        assert found.n == result.n
    assert measured["frechet"].result.interval is not None
    assert frechet.interval is not None
    assert measured["frechet"].result.interval.high == pytest.approx(frechet.interval.high)
    assert [row.on for row in measured.rows] == ["tiny:pool"] * 6 + ["tiny:logits"]


def test_the_roles_are_never_swapped(folders: tuple[Path, Path]) -> None:
    real, fake = folders
    there = measure(real, fake, ["manifold"], representations=[tiny()])
    back = measure(fake, real, ["manifold"], representations=[tiny()])
    assert there["precision"].result.value == back["recall"].result.value
    assert there["recall"].result.value == back["precision"].result.value
    assert there["precision"].result.value != there["recall"].result.value
    assert there.sides["real"]["path"] == str(real)
    assert there["recall"].result.about["fake"] == str(fake)


def test_one_pass_over_the_images_serves_every_metric(folders: tuple[Path, Path]) -> None:
    network = TinyNetwork()
    measure(*folders, ["frechet", "kernel", "manifold"], representations=[tiny(network)])
    assert sum(network.batches) == 2 * 48


def test_the_result_says_what_it_depends_on(folders: tuple[Path, Path]) -> None:
    measured = measure(*folders, ["frechet"], representations=[tiny()], blocks=0)
    text = json.loads(json.dumps(measured.to_json(), allow_nan=False))
    assert text["representations"]["tiny"]["preprocess"]["size"] == 24
    assert text["sides"]["real"]["images"]["count"] == 48
    assert len(text["sides"]["fake"]["images"]["file_list_sha256"]) == 64
    assert text["rows"][0]["result"]["interval_note"] == "not asked for"
    assert text["preset"] is None


def test_statistics_give_the_number_of_their_images(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    real, fake = folders
    made = make_statistics(real, [tiny()], name="crops", split="train", keep_features=True)
    made.save(tmp_path / "ref.npz")
    metrics = ["frechet", "kernel"]
    whole = measure(real, fake, metrics, representations=[tiny()])
    short = measure(tmp_path / "ref.npz", fake, metrics, representations=[tiny()])
    for metric in metrics:
        assert short[metric].result.value == pytest.approx(whole[metric].result.value, rel=1e-9)
    assert short.sides["real"]["statistics"][""]["data"]["name"] == "crops"
    assert short.sides["real"]["statistics"][""]["data"]["split"] == "train"
    assert short.warnings == ()


def test_statistics_of_another_preprocess_are_refused_unless_forced(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    real, fake = folders
    other = tiny(steps=Preprocess(size=24, filter="bicubic", antialias=True))
    make_statistics(real, [other]).save(tmp_path / "ref.npz")
    with pytest.raises(DataError, match=r"preprocess filter is bicubic instead of bilinear.*force"):
        measure(tmp_path / "ref.npz", fake, ["frechet"], representations=[tiny()])
    forced = measure(tmp_path / "ref.npz", fake, ["frechet"], representations=[tiny()], force=True)
    assert forced.warnings[0].startswith("FORCED: ")
    assert forced.warnings[0] in forced["frechet"].result.warnings


def test_a_peers_statistics_are_used_with_a_warning(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    real, fake = folders
    rows = extracted(real, "pool")["pool"].astype(np.float64)
    np.savez(tmp_path / "peer.npz", mu=rows.mean(0), sigma=np.cov(rows.T))
    measured = measure(tmp_path / "peer.npz", fake, ["frechet"], representations=[tiny()])
    whole = measure(real, fake, ["frechet"], representations=[tiny()])
    assert measured["frechet"].result.value == pytest.approx(whole["frechet"].result.value, 1e-9)
    assert "does not say what it was made with" in measured.warnings[0]
    assert measured["frechet"].result.n["real"] is None


def test_a_reference_batch_gives_statistics_to_frechet_and_images_to_the_rest(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    real, fake = folders
    everything = extracted(real, "pool")["pool"].astype(np.float64)
    few = crops(20, 32)
    np.savez(tmp_path / "batch.npz", arr_0=few, mu=everything.mean(0), sigma=np.cov(everything.T))
    measured = measure(tmp_path / "batch.npz", fake, ["frechet", "kernel"],
                       representations=[tiny()])  # fmt: skip
    whole = measure(real, fake, ["frechet"], representations=[tiny()])
    assert measured["frechet"].result.value == pytest.approx(whole["frechet"].result.value, 1e-9)
    assert measured["kernel"].result.n == {"real": 20, "fake": 48}


def test_metrics_that_need_features_refuse_bare_moments(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    real, fake = folders
    make_statistics(real, [tiny()]).save(tmp_path / "ref.npz")
    with pytest.raises(DataError, match="holds no features of pool, which kernel needs"):
        measure(tmp_path / "ref.npz", fake, ["kernel"], representations=[tiny()])


def test_a_limit_takes_the_first_images(folders: tuple[Path, Path]) -> None:
    measured = measure(*folders, ["kernel"], representations=[tiny()], limit=30)
    assert measured["kernel"].result.n == {"real": 30, "fake": 30}
    whole = measure(*(open_images(folder).subset(slice(0, 30)) for folder in folders), ["kernel"],
                    representations=[tiny()])  # fmt: skip
    assert measured["kernel"].result.value == whole["kernel"].result.value


def test_the_features_can_be_kept(folders: tuple[Path, Path], tmp_path: Path) -> None:
    from rbench.metrics.feature_store import FeatureStore

    measure(*folders, ["frechet"], representations=[tiny()], keep=tmp_path / "kept")
    store = FeatureStore.open(tmp_path / "kept" / "fake" / "tiny")
    np.testing.assert_array_equal(store["pool"], extracted(folders[1], "pool")["pool"])
    assert store.about["representation"]["name"] == "tiny"


def test_progress_is_told_for_both_sides(folders: tuple[Path, Path]) -> None:
    seen: list[tuple[str, int, int | None]] = []
    measure(*folders, ["frechet"], representations=[tiny()],
            progress=lambda *told: seen.append(told))  # fmt: skip
    assert {label for label, _, _ in seen} == {"real", "fake"}
    assert seen[-1][1:] == (48, 48)


def test_infinity_is_a_row_of_its_own(tmp_path: Path) -> None:
    images = crops(300, 32)
    real, fake = write(tmp_path / "a", images[:150]), write(tmp_path / "b", blurred(images[150:]))
    measured = measure(real, fake, ["frechet"], representations=[tiny()], infinity=True)
    assert measured["frechet-infinity"].result.value < measured["frechet"].result.value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": ["frechett"]}, "did you mean 'frechet'"),
        ({"representations": []}, "frechet needs a representation"),
        ({"representations": ["tinyy:pool"]}, "no representation 'tinyy'"),
        ({"preset": "pytorch-fit"}, "did you mean 'pytorch-fid'"),
        ({"preset": "pytorch-fid", "metrics": ["kernel"], "representations": []}, "has no kernel"),
        ({"blocks": 1}, "blocks=1"),
        ({"limit": 0}, "limit 0"),
        ({"real": None}, "give --real"),
        ({"fake": None}, "give --fake"),
        ({"metrics": ["inception-score"], "representations": ["pixels/8"]}, "has no logits"),
    ],
)
def test_requests_that_make_no_sense_are_usage_errors(
    folders: tuple[Path, Path], arguments: dict[str, Any], message: str
) -> None:
    given: dict[str, Any] = {
        "real": folders[0],
        "fake": folders[1],
        "metrics": ["frechet"],
        "representations": [tiny()],
        **arguments,
    }
    with pytest.raises(UsageError, match=message):
        measure(**given)


def test_a_network_that_returns_nan_is_named_with_the_image(folders: tuple[Path, Path]) -> None:
    class Broken(TinyNetwork):
        def __call__(self, x: Any) -> Any:
            found = super().__call__(x)
            if len(self.batches) == 3:
                found["pool"][3, 1] = float("nan")
            return found

    with pytest.raises(DataError, match=r"fake features of tiny:pool holds NaN .* sample 19"):
        measure(*folders, ["frechet"], representations=[tiny(Broken())])


def test_statistics_of_statistics_are_refused(folders: tuple[Path, Path], tmp_path: Path) -> None:
    made = make_statistics(folders[0], [tiny()])
    assert isinstance(made, ReferenceStatistics)
    made.save(tmp_path / "ref.npz")
    with pytest.raises(DataError, match="holds statistics already"):
        make_statistics(tmp_path / "ref.npz", [tiny()])
    with pytest.raises(UsageError, match="of one representation"):
        make_statistics(folders[0], [tiny(), "pixels/32"])


def six() -> list[Any]:
    """Tiny networks under the six names of FDr."""
    return [replace(tiny(), name=name) for name in FDR6]


def test_fdr_is_the_mean_ratio_over_its_six(folders: tuple[Path, Path]) -> None:
    measured = measure(*folders, ["fdr"], representations=six(), blocks=8)
    single = measure(*folders, ["frechet"], representations=[tiny()], blocks=0)
    distance = single["frechet"].result.value
    result = measured["fdr"].result
    assert isinstance(result, FdrResult)
    assert result.value == pytest.approx(
        np.mean([distance / PAPER_IMPLIED[name] for name in FDR6]), rel=1e-9
    )
    assert list(result.ratios) == list(FDR6)
    assert result.interval is not None
    assert measured["fdr"].on == "6 representations"


def test_fdr_takes_statistics_by_representation_and_exact_normalisers(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    real, fake = folders
    for name, images in {"train": real, "held": fake}.items():
        for one in six():
            file = tmp_path / f"{name}-{one.name.replace('/', '-')}.npz"
            make_statistics(images, [one]).save(file)

    def files(name: str) -> dict[str, Any]:
        return {n: tmp_path / f"{name}-{n.replace('/', '-')}.npz" for n in FDR6}

    measured = measure(None, fake, ["fdr"], representations=six(), references=files("train"),
                       validation=files("held"), blocks=0)  # fmt: skip
    result = measured["fdr"].result
    assert isinstance(result, FdrResult)
    # Held-out images that are the fake ones score exactly 1.
    assert result.value == pytest.approx(1, rel=1e-9)
    assert result.normaliser == "exact"
    wrong = {**files("train"), "fdr/mae-l": files("train")["fdr/clip-l"]}
    with pytest.raises(DataError, match=r"fdr-clip-l.npz was not made .* instead of fdr/mae-l"):
        measure(None, fake, ["fdr"], representations=six(), references=wrong)


def test_two_files_of_statistics_are_compared_with_each_other(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    real, fake = folders
    steps = Preprocess(size=24, filter="bicubic", antialias=True)
    make_statistics(real, [tiny()]).save(tmp_path / "real.npz")
    make_statistics(fake, [tiny()]).save(tmp_path / "fake.npz")
    make_statistics(fake, [tiny(steps=steps)]).save(tmp_path / "other.npz")
    ours = measure(tmp_path / "real.npz", tmp_path / "fake.npz", ["frechet"],
                   representations=[tiny()])  # fmt: skip
    whole = measure(real, fake, ["frechet"], representations=[tiny()])
    assert ours["frechet"].result.value == pytest.approx(whole["frechet"].result.value, rel=1e-9)
    assert "holds statistics, not samples" in ours["frechet"].result.interval_note
    with pytest.raises(DataError, match="preprocess filter"):
        measure(tmp_path / "real.npz", tmp_path / "other.npz", ["frechet"],
                representations=[tiny()])  # fmt: skip


def test_wrong_statistics_are_found_before_any_image_is_read(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    real, fake = folders
    make_statistics(real, ["pixels/32"]).save(tmp_path / "ref.npz")
    network = TinyNetwork()
    with pytest.raises(DataError, match=r"was not made|no statistics"):
        measure(tmp_path / "ref.npz", fake, ["frechet"], representations=[tiny(network)])
    assert network.batches == []


def test_what_a_person_mistypes_is_not_ignored(folders: tuple[Path, Path], tmp_path: Path) -> None:
    make_statistics(folders[0], [tiny()]).save(tmp_path / "ref.npz")
    ref = {"tinny": tmp_path / "ref.npz"}
    for arguments, message in (
        ({"references": ref}, "--reference 'tinny' is none of what is measured; did you mean"),
        ({"validation": ref}, "--validation is for fdr"),
    ):
        with pytest.raises(UsageError, match=message):
            measure(*folders, ["frechet"], representations=[tiny()], **arguments)  # type: ignore[arg-type]


def test_one_name_cannot_stand_for_two_things(folders: tuple[Path, Path]) -> None:
    other = tiny(steps=Preprocess(size=24, filter="bicubic", antialias=True))
    with pytest.raises(UsageError, match="two ways to prepare its images"):
        measure(*folders, ["frechet"], representations=[tiny(), other])
    with pytest.raises(UsageError, match="two ways to prepare"):
        plan_jobs(["frechet", "fdr"], ["inception-v3"], None, {})
    with pytest.raises(UsageError, match="leave out the preset 'clean-fid'"):
        plan_jobs(["fdr"], [], get_preset("clean-fid"), {})
    twice = measure(*folders, ["frechet"], representations=[tiny(), tiny()], blocks=0)
    assert len(twice.rows) == 1


def test_two_files_are_compared_with_what_was_asked_for(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tiny(steps=Preprocess(size=24, filter="bicubic", antialias=True))
    for name, images in zip(("real", "fake"), folders, strict=True):
        make_statistics(images, [other]).save(tmp_path / f"{name}.npz")
    with pytest.raises(DataError, match="preprocess filter is bicubic instead of bilinear"):
        measure(tmp_path / "real.npz", tmp_path / "fake.npz", ["frechet"], representations=[tiny()])


def test_statistics_of_another_dimension_are_refused(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    rows = np.random.default_rng(0).normal(size=(99, 5))
    np.savez(tmp_path / "five.npz", mu=rows.mean(0), sigma=np.cov(rows.T))
    np.savez(tmp_path / "feats.npz", feats=rows)
    with pytest.raises(DataError, match="has 5 dimensions and tiny:pool has 16"):
        measure(tmp_path / "five.npz", folders[1], ["frechet"], representations=[tiny()])
    with pytest.raises(DataError, match="no features of logits"):
        measure(None, tmp_path / "feats.npz", ["inception-score"], representations=[tiny()])


def test_forced_statistics_are_named_in_fdr_too(folders: tuple[Path, Path], tmp_path: Path) -> None:
    steps = Preprocess(size=24, filter="bicubic", antialias=True)
    other = replace(tiny(steps=steps), name="fdr/mae-l")
    make_statistics(folders[0], [other]).save(tmp_path / "ref.npz")
    measured = measure(*folders, ["fdr"], representations=six(), blocks=0, force=True,
                       references={"fdr/mae-l": tmp_path / "ref.npz"})  # fmt: skip
    assert any(w.startswith("FORCED: ") for w in measured["fdr"].result.warnings)


def test_samples_go_before_the_statistics_that_come_with_them(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    images = np.stack([image.pixels for image in open_images(folders[1])])
    np.savez(tmp_path / "fake.npz", arr_0=images, mu=np.zeros(16), sigma=np.eye(16))
    measured = measure(folders[0], tmp_path / "fake.npz", ["frechet"], representations=[tiny()])
    whole = measure(*folders, ["frechet"], representations=[tiny()])
    assert measured["frechet"].result == replace(
        whole["frechet"].result, about=measured["frechet"].result.about
    )
    np.savez(tmp_path / "real.npz", arr_0=images, mu=np.zeros(3), sigma=np.eye(3))
    assert make_statistics(tmp_path / "real.npz", [tiny()]).of("pool").n == 48


def test_what_cannot_work_is_said_before_the_images_are_read(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "kept" / "old").mkdir(parents=True)
    network = TinyNetwork()
    for arguments, message in (
        ({"keep": tmp_path / "kept"}, "is not empty"),
        ({"options": {"manifold": {"k": 48}}}, "has 48 images; manifold needs 49 for k = 48"),
        ({"options": {"kernel": {"estimator": "subsets"}}}, "kernel needs 1000 for its subsets"),
        ({"options": {"inception-score": {"splits": 60}}}, "inception-score needs 60, one for"),
    ):
        with pytest.raises((DataError, UsageError), match=message):
            measure(*folders, ["all"], representations=[tiny(network)], **arguments)  # type: ignore[arg-type]
    assert network.batches == []


def test_a_reference_batch_serves_its_own_network_and_its_images_the_others(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    rows = extracted(folders[0], "pool")["pool"].astype(np.float64)
    few = crops(20, 32)
    np.savez(tmp_path / "batch.npz", arr_0=few, mu=rows.mean(0), sigma=np.cov(rows.T))
    measured = measure(tmp_path / "batch.npz", folders[1], ["frechet"],
                       representations=[tiny(), "pixels/32"])  # fmt: skip
    by_name = {row.on: row.result for row in measured.rows}
    assert by_name["tiny:pool"].n["real"] is None
    assert by_name["pixels/32:pixels"].n["real"] == 20


def test_an_asset_stands_for_its_file(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RBENCH_ASSETS", str(tmp_path))
    monkeypatch.setitem(ASSETS, "ref.npz", Asset("ref.npz", "https://example.org", "CC0", "a test"))
    make_statistics(folders[0], [tiny()]).save(tmp_path / "ref.npz")
    measured = measure("asset:ref.npz", folders[1], ["frechet"], representations=[tiny()])
    assert measured.sides["real"]["path"] == str(tmp_path / "ref.npz")
    with pytest.raises(UsageError, match="no asset 'reff"):
        measure("asset:reff.npz", folders[1], ["frechet"], representations=[tiny()])


def test_weights_that_are_absent_are_brought_in_a_way_that_is_seen(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("RBENCH_ASSETS", raising=False)
    asset = Asset("absent.pth", "https://example.org/absent.pth", "CC0", "a test")
    asked: list[Asset] = []
    with_weights = replace(tiny(), assets=(asset,))
    measure(*folders, ["frechet"], representations=[with_weights], blocks=0,
            fetching=asked.append)  # fmt: skip
    assert asked == [asset]
    measure(*folders, ["frechet"], representations=[with_weights], blocks=0, offline=True,
            fetching=asked.append)  # fmt: skip
    assert asked == [asset]


def test_a_presets_numbers_against_another_reference_say_so(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    make_statistics(folders[0], ["pixels/32"]).save(tmp_path / "VIRTUAL_imagenet64_labeled.npz")
    for real, warned in ((folders[0], True), (tmp_path / "VIRTUAL_imagenet64_labeled.npz", False)):
        measured = measure(real, folders[1], ["frechet"], representations=["pixels/32"],
                           preset="adm", blocks=0)  # fmt: skip
        said = [w for w in measured["frechet"].result.warnings if "Published numbers of adm" in w]
        assert bool(said) is warned

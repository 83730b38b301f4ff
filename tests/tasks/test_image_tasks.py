"""What every image task pins, and what its options change."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rbench.errors import DataError, RbenchError, UsageError
from rbench.harness.image_card import load_image_card
from rbench.harness.images.task import ImageTask
from rbench.harness.images.wanted import evaluator_jobs
from rbench.harness.options import build
from rbench.harness.registry import TASKS, ImageTaskType, is_image_task, task_type
from rbench.metrics.presets import PRESETS
from tests.tasks.image_files import load, pictures, write_batch, write_statistics

NAMES = [name for name in TASKS if is_image_task(task_type(name))]

# height, channels, classes, samples, labels, quantise, first evaluator
PINNED = {
    "digits": (8, 1, 0, 5000, "none", "round", "pixels"),
    "fashion-mnist": (28, 1, 0, 10_000, "none", "round", "pixels"),
    "cifar10": (32, 3, 0, 50_000, "none", "round", "edm"),
    "imagenet64": (64, 3, 1000, 50_000, "random", "round", "edm"),
    "imagenet128": (128, 3, 1000, 50_176, "balanced", "none", "hamgan"),
    "imagenet256": (256, 3, 1000, 50_000, "random", "round", "adm"),
    "imagenet512": (512, 3, 1000, 50_000, "random", "round", "adm"),
    "celeba64": (64, 3, 0, 50_000, "none", "round", "pytorch-fid"),
    "lsun-bedroom": (256, 3, 0, 50_000, "none", "round", "adm"),
    "lsun-church": (256, 3, 0, 50_000, "none", "round", "pytorch-fid"),
}
NEED_DATA = ["imagenet128", "celeba64", "lsun-church"]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def entry(name: str) -> ImageTaskType:
    found = task_type(name)
    assert is_image_task(found)
    return found


def with_a_reference(name: str, tmp_path: Path, **chosen: str) -> ImageTask:
    if name in ("digits", "fashion-mnist"):
        return load(name, **chosen)
    return load(name, reference=str(write_statistics(tmp_path / "ref.npz")), **chosen)


def test_the_tasks_are_all_here() -> None:
    assert sorted(NAMES) == sorted(PINNED)


@pytest.mark.parametrize("name", NAMES)
def test_a_task_pins_its_protocol(name: str, tmp_path: Path) -> None:
    task = with_a_reference(name, tmp_path)
    assert (
        task.spec.height,
        task.spec.channels,
        task.spec.classes,
        task.samples,
        task.labels,
        task.quantise,
        task.evaluators[0].name,
    ) == PINNED[name]
    assert len(task.evaluators) == 1
    assert (task.name, task.headline, task.version) == (name, "frechet", "1")
    assert "frechet" in task.evaluators[0].metrics


@pytest.mark.parametrize("name", NAMES)
def test_every_evaluator_of_a_task_has_jobs_of_one_meaning(name: str, tmp_path: Path) -> None:
    protocol = entry(name).protocol(entry(name).Options())  # type: ignore[attr-defined]
    for spec in protocol.evaluators:
        assert spec.preset is None or spec.preset in PRESETS
        (evaluator,) = with_a_reference(name, tmp_path, evaluators=spec.name).evaluators
        jobs = evaluator_jobs(evaluator)
        assert {job.metric for job in jobs} == set(spec.metrics)
        assert spec.published.split in ("train", "validation", "test")


@pytest.mark.parametrize("name", NAMES)
def test_the_card_of_a_task_is_there_and_names_it(name: str) -> None:
    card = load_image_card(entry(name).card)
    assert name in [one.strip() for one in card.tasks.split(",")]


@pytest.mark.parametrize("name", NEED_DATA)
def test_a_task_without_published_statistics_says_what_it_needs(name: str) -> None:
    with pytest.raises(DataError, match=r"is not here: give its images with --data DIR") as caught:
        load(name)
    assert "-T reference=FILE" in str(caught.value)
    assert ("or take -T evaluators=adm" in str(caught.value)) == (name == "imagenet128")


@pytest.mark.parametrize("name", [n for n in NAMES if n not in (*NEED_DATA, "fashion-mnist")])
def test_other_tasks_load_without_data(name: str) -> None:
    task = load(name)
    reference = task.evaluators[0].reference
    assert (reference.asset is None) == (name == "digits")
    assert reference.split == "train"


@pytest.mark.parametrize("name", NAMES)
def test_a_task_is_restored_from_its_state_without_what_it_was_made_of(
    name: str, tmp_path: Path
) -> None:
    task = with_a_reference(name, tmp_path)
    (tmp_path / "ref.npz").unlink(missing_ok=True)
    again = entry(name).restore(task.state)
    assert again == task


def test_real_images_that_are_gone_are_left_out_of_a_restored_task(tmp_path: Path) -> None:
    batch = write_batch(tmp_path / "data" / "train.npz", pictures(3, 64))
    task = load("celeba64", tmp_path / "data")
    assert task.evaluators[0].reference.real == task.real_set("train")
    assert entry("celeba64").restore(task.state) == task
    batch.unlink()
    again = entry("celeba64").restore(task.state)
    assert again.real == {} and again.evaluators[0].reference.real is None
    assert any("not here any more" in warning for warning in again.warnings)


def test_cifar10_has_ten_classes_where_it_is_conditional() -> None:
    assert load("cifar10").spec.classes == 0
    task = load("cifar10", conditional="true")
    assert (task.spec.classes, task.labels) == (10, "random")
    assert load("cifar10", conditional="true", labels="balanced").labels == "balanced"


def test_the_first_evaluator_decides_how_samples_are_made_and_departures_are_said() -> None:
    first_adm = load("imagenet256", evaluators="adm,jit")
    assert (first_adm.labels, [e.name for e in first_adm.evaluators]) == ("random", ["adm", "jit"])
    assert first_adm.warnings == (
        "Published numbers of jit are made with balanced labels; these samples have random ones.",
    )
    adm, jit = first_adm.evaluators
    assert adm.departures == () and len(jit.departures) == 1
    first_jit = load("imagenet256", evaluators="jit, adm,jit")
    assert (first_jit.labels, len(first_jit.evaluators)) == ("balanced", 2)


def test_any_preset_is_a_variant_against_the_tasks_own_reference() -> None:
    task = load("imagenet256", evaluators="adm,torch-fidelity")
    adm, variant = task.evaluators
    assert (variant.name, variant.preset) == ("torch-fidelity", "torch-fidelity")
    assert set(variant.metrics) == {"frechet", "kernel", "inception-score", "manifold"}
    assert variant.reference.asset == adm.reference.asset
    assert variant.departures == () and task.warnings == ()
    with pytest.raises(DataError, match="dinov2-l"):
        load("imagenet256", evaluators="adm,jit,edm2")
    with pytest.raises(UsageError, match="did you mean 'torch-fidelity'"):
        load("imagenet256", evaluators="torch-fidelty")


def test_another_quantisation_than_the_evaluators_is_said(tmp_path: Path) -> None:
    reference = str(write_statistics(tmp_path / "ref.npz"))
    task = load("cifar10", evaluators="py-meanflow", reference=reference)
    assert task.quantise == "floor" and task.warnings == ()
    task = load("cifar10", evaluators="py-meanflow", reference=reference, quantise="round")
    assert task.quantise == "round"
    assert task.warnings == (
        "Published numbers of py-meanflow are made with quantise=floor; these samples have "
        "quantise=round.",
    )


@pytest.mark.parametrize(
    ("name", "images", "kept"),
    [("imagenet256", "auto", 256), ("imagenet256", "all", None), ("imagenet256", "none", 0),
     ("cifar10", "auto", None), ("cifar10", "first", 256)],
)  # fmt: skip
def test_how_many_images_are_kept(name: str, images: str, kept: int | None) -> None:
    assert load(name, images=images).keep_images == kept


@pytest.mark.parametrize(
    ("name", "chosen", "error", "match"),
    [
        ("cifar10", {"evaluators": "edn"}, UsageError, "no evaluator 'edn'; did you mean 'edm'"),
        ("cifar10", {"evaluators": ""}, UsageError, "no evaluator ''"),
        ("cifar10", {"labels": "even"}, UsageError, "labels='even' is not one of"),
        ("cifar10", {"classes": "3"}, UsageError, "no option 'classes'"),
        ("imagenet256", {"conditional": "true"}, UsageError, "no option 'conditional'"),
        ("cifar10", {"evaluators": "all"}, DataError, "py-meanflow compares frechet"),
        ("imagenet64", {"evaluators": "edm2"}, DataError, r"img64.pkl is a pickle.*references=DIR"),
        ("imagenet256", {"evaluators": "fd-loss"}, DataError, "compares fdr on fdr/convnextv2-b"),
    ],
)
def test_options_that_make_no_sense_get_a_sentence(
    name: str, chosen: dict[str, Any], error: type[RbenchError], match: str
) -> None:
    with pytest.raises(error, match=match):
        load(name, **chosen)


def test_all_evaluators_can_be_taken_at_once(tmp_path: Path) -> None:
    write_batch(tmp_path / "train.npz", pictures(3, 256))
    task = load("imagenet256", tmp_path, evaluators="all")
    names = ["adm", "jit", "imf", "fd-loss", "dgm-eval", "edm2"]
    assert [one.name for one in task.evaluators] == names
    assert "The train images" in task.warnings[0] and "imagenet has 1,281,167" in task.warnings[0]


def test_options_are_described_by_their_types() -> None:
    options = build(entry("digits").Options, {}, "digits")
    assert (options.evaluators, options.labels, options.images) == (None, "protocol", "auto")

import shutil
import tarfile
import zipfile

import numpy as np
import pytest

from rbench.errors import DataError, UsageError
from rbench.harness.generators.folder import FolderSamples
from rbench.harness.images.types import ImageGenerator, ImageSpec
from tests.harness.generators.given import batch, context, image_task, random_images, write_images

IMAGES = random_images(12)
COLOURS = random_images(5, channels=3)


@pytest.fixture
def folder(tmp_path):
    return write_images(tmp_path / "samples", IMAGES)


def opened(path, task=None, **options):
    return FolderSamples.open(str(path), options, context(task))


def packed(folder, kind):
    """Return the same images as a zip, tar, npz, compressed npz or npy."""
    target = folder.parent / f"samples.{kind}"
    files = sorted(folder.iterdir())
    if kind == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            for file in files:
                archive.write(file, file.name)
    elif kind == "tar":
        with tarfile.open(target, "w") as archive:
            for file in files:
                archive.add(file, file.name)
    elif kind == "npz":
        np.savez_compressed(target, IMAGES)
    else:
        np.save(target, IMAGES)
    return target


def test_sample_i_is_image_i(folder):
    samples = opened(folder)
    assert isinstance(samples, ImageGenerator)
    assert (samples.finite, samples.spec, samples.values) == (12, ImageSpec(4, 4, 1), "uint8")
    assert np.array_equal(samples.generate(batch(*range(12))), IMAGES)


@pytest.mark.parametrize("kind", ["zip", "tar", "npz", "npy"])
def test_other_containers_give_the_same_samples_in_any_order(folder, kind):
    samples = opened(packed(folder, kind))
    for indices in ((0, 1, 2), (3, 4, 4), (9, 7), (1,), (0, 11), (5, 6)):
        assert np.array_equal(samples.generate(batch(*indices)), IMAGES[list(indices)])
    assert samples.finite == 12


def test_going_forward_reads_every_image_once(folder, monkeypatch):
    from rbench.metrics.images import ImageSource

    passes = []
    plain = ImageSource.subset

    def counted(self, part):
        passes.append(part)
        return plain(self, part)

    monkeypatch.setattr(ImageSource, "subset", counted)
    samples = opened(folder)
    for start in range(0, 12, 4):
        samples.generate(batch(*range(start, start + 4)))
    assert len(passes) == 1
    samples.generate(batch(2))
    assert len(passes) == 2


def test_after_close_it_can_be_read_again(folder):
    samples = opened(folder)
    samples.generate(batch(0, 1, 2))
    samples.close()
    assert np.array_equal(samples.generate(batch(3)), IMAGES[[3]])


def test_colours_and_classes_follow_the_task(tmp_path):
    folder = write_images(tmp_path / "samples", COLOURS)
    samples = opened(folder, image_task(channels=3, classes=10))
    assert samples.spec == ImageSpec(4, 4, 3, 10)
    assert np.array_equal(samples.generate(batch(4, classes=10)), COLOURS[[4]])


def test_the_identity_is_that_of_the_bytes_wherever_they_lie(folder, tmp_path):
    samples = opened(folder)
    copy = shutil.copytree(folder, tmp_path / "elsewhere")
    assert opened(copy).identity == samples.identity
    assert str(tmp_path) not in str(samples.identity)
    # Another image of the same name and size in bytes.
    bitmap = write_images(tmp_path / "bitmaps", IMAGES, ".bmp")
    before = opened(bitmap).identity
    write_images(bitmap, 255 - IMAGES[:1], ".bmp")
    assert opened(bitmap).identity != before


def test_other_names_are_another_order_and_another_identity(folder):
    before = opened(folder).identity
    (folder / "000.png").rename(folder / "999.png")
    assert opened(folder).identity != before


def test_tars_in_a_folder_are_identified(folder, tmp_path):
    shards = tmp_path / "shards"
    shards.mkdir()
    shutil.copy(packed(folder, "tar"), shards / "0.tar")
    by_folder, by_pattern = opened(shards), opened(shards / "*.tar")
    assert by_folder.identity == by_pattern.identity
    assert np.array_equal(by_pattern.generate(batch(2)), IMAGES[[2]])


# Bad input


def test_a_corrupt_image_is_named_with_its_sample(folder):
    (folder / "007.png").write_bytes((folder / "007.png").read_bytes()[:40])
    samples = opened(folder)
    samples.generate(batch(4, 5, 6))
    with pytest.raises(DataError, match=r"sample 7, 007\.png in .*, is not an image, or damaged"):
        samples.generate(batch(7, 8))
    assert np.array_equal(samples.generate(batch(8)), IMAGES[[8]])


def test_an_image_of_another_size_is_named(folder):
    write_images(folder / "more", random_images(1, 5, 4))
    with pytest.raises(DataError, match=r"sample 12, more/000\.png, is 5 x 4 pixels .* 4 x 4"):
        opened(folder).generate(batch(11, 12))


def test_a_coloured_image_for_a_grey_task_is_named(tmp_path):
    folder = write_images(tmp_path / "samples", COLOURS)
    with pytest.raises(DataError, match=r"sample 2, 002\.png, is coloured, not grey"):
        opened(folder).generate(batch(2))


def test_a_sample_beyond_the_last_is_named(folder):
    with pytest.raises(DataError, match=r"sample 12 is not there: .* holds 12 images"):
        opened(folder).generate(batch(11, 12))


def test_a_place_without_images_and_bad_options_are_refused(folder, tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        opened(tmp_path / "nothing")
    with pytest.raises(UsageError, match="alpha='pink' is not one of"):
        opened(folder, alpha="pink")
    with pytest.raises(UsageError, match="batch=0: give 1 or more"):
        opened(folder, batch="0")

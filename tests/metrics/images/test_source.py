"""`ImageSource`: the same images for any number of threads, parts, reports, sizes."""

import gc
import pickle
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rbench.errors import DataError, UsageError
from rbench.metrics.images import ReadingReport, SourceImage, open_images
from tests.metrics.images.image_files import noise, png, read_one, source_of, write


def mixed(root: Path, count: int = 40) -> Path:
    files = {}
    for i in range(count):
        shape = (4, 6) if i % 4 == 1 else (4 + 4 * (i % 5 == 0), 6, 3)
        files[f"{i:03}.png"] = png(noise(*shape, seed=i))
    files["notes.txt"] = b""
    return write(root, files)


@pytest.mark.parametrize("workers", [2, 3, 8])
def test_images_and_report_do_not_depend_on_the_threads(tmp_path: Path, workers: int) -> None:
    one = open_images(mixed(tmp_path), workers=1)
    many = open_images(tmp_path, workers=workers)
    for a, b in zip(one, many, strict=True):
        assert a.name == b.name and (a.pixels == b.pixels).all()
    assert one.report == many.report


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_the_first_bad_image_in_order_is_the_one_named(tmp_path: Path, workers: int) -> None:
    write(
        mixed(tmp_path), {"017.png": b"", "016.png": png(noise(300, 300, 3))[:-600], "018.png": b""}
    )
    source = open_images(tmp_path, workers=workers)
    read: list[SourceImage] = []
    with pytest.raises(DataError, match=r"image 17 of 40 in .*, 016\.png"):
        read.extend(source)
    assert source.report.count == 16


def readers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("read-images")]


def test_stopping_early_leaves_no_thread_and_no_open_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for i in range(40):
            archive.writestr(f"{i:03}.png", png(noise(4, 6, 3, seed=i)))
    source = open_images(tmp_path / "x.zip", workers=4)
    reading = iter(source)
    next(reading)
    assert readers()
    del reading
    gc.collect()
    for thread in readers():
        thread.join(10)
    held = [p.resolve() for p in Path("/proc/self/fd").glob("*")]
    assert not readers() and tmp_path / "x.zip" not in held
    assert source.report.count == 1


def test_an_abandoned_reading_is_closed_without_waiting_for_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The collector may run in a thread that is just starting: joining there waits for ever.
    waited: list[str] = []
    source = open_images(mixed(tmp_path), workers=4)
    reading = iter(source)
    next(reading)
    circle: list[object] = [reading]
    circle.append(circle)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "join", lambda *_: waited.append("join"))
        patch.setattr(ThreadPoolExecutor, "shutdown", lambda *_, **__: waited.append("shutdown"))
        del reading, circle
        gc.collect()
    assert not waited
    assert len(list(source)) == 40


def test_a_source_can_be_read_again_and_pickled(tmp_path: Path) -> None:
    source = open_images(mixed(tmp_path))
    first = [image.pixels for image in source]
    copy = pickle.loads(pickle.dumps(source))
    for again in (source, copy):
        assert all((a == b.pixels).all() for a, b in zip(first, again, strict=True))
        assert again.report.count == 40
    assert copy.fingerprint() == source.fingerprint()


def test_parts_are_the_images_at_those_positions(tmp_path: Path) -> None:
    source = open_images(mixed(tmp_path))
    names = list(source.names)
    for part in (slice(5), slice(1, None, 3), slice(None, None, -7)):
        assert [image.name for image in source.subset(part)] == names[part]
    assert [i.name for i in source.subset(np.array([3, 1]))] == ["003.png", "001.png"]
    assert source.subset(slice(10, 20)).subset(slice(2, 4)).names == ("012.png", "013.png")
    assert len(source.subset(slice(100, 200))) == 0
    for outside in ([40], [-1], [0, 99]):
        with pytest.raises(UsageError, match=f"position {outside[-1]} is outside the 40 images"):
            source.subset(outside)


def test_only_the_part_is_decoded(tmp_path: Path) -> None:
    write(mixed(tmp_path), {"001.png": b""})
    assert len(list(open_images(tmp_path).subset(slice(0, None, 2)))) == 20


def test_reports_of_parts_merge_to_the_report_of_the_whole(tmp_path: Path) -> None:
    whole = open_images(write(mixed(tmp_path), {"021.png": b""}), unreadable="skip")
    list(whole)
    reports = []
    for part in (slice(0, 15), slice(15, 16), slice(16, None)):
        source = whole.subset(part)
        list(source)
        reports.append(source.report)
    assert ReadingReport.merged(reports) == whole.report
    with pytest.raises(UsageError, match="no reports"):
        ReadingReport.merged([])


def test_the_report_counts_what_was_seen(tmp_path: Path) -> None:
    source = open_images(mixed(tmp_path))
    with pytest.raises(UsageError, match="has not been read"):
        _ = source.report
    list(source)
    report = source.report
    assert report.sizes == {"6x4": 34, "6x8": 6}
    assert list(report.sizes) == ["6x4", "6x8"]
    assert report.examples == {"6x8": "000.png", "6x4": "001.png"}
    assert report.modes == {"RGB": 30, "L": 10}
    assert report.summary() == (
        "40 images, 2 sizes (most often 6x4), PNG; 10 grey repeated to 3 channels; "
        "1 other files skipped"
    )
    told = report.to_json()
    assert (told["count"], told["distinct_sizes"], told["skipped"]) == (40, 2, {".txt": 1})


def test_one_size_is_given_and_several_are_refused_with_examples(tmp_path: Path) -> None:
    source = open_images(mixed(tmp_path / "mixed"))
    list(source)
    with pytest.raises(DataError) as caught:
        source.require_one_size()
    message = str(caught.value)
    assert "2 sizes, most often 6x4 (34 images, such as 001.png)" in message
    assert "and 6x8 (6 images, such as 000.png)" in message
    equal = source_of(tmp_path / "one", png(noise(4, 6, 3)))
    list(equal)
    assert equal.require_one_size() == (4, 6)
    nothing = source.subset([])
    assert list(nothing) == []
    with pytest.raises(DataError, match="no image of"):
        nothing.require_one_size()


def test_a_json_report_tells_ten_sizes_and_how_many_there_are(tmp_path: Path) -> None:
    write(tmp_path, {f"{i}.png": png(noise(2, i, 3)) for i in range(1, 15)})
    source = open_images(tmp_path)
    list(source)
    told = source.report.to_json()
    assert (len(told["sizes"]), told["distinct_sizes"]) == (10, 14)


def test_pixels_can_be_written_and_belong_to_the_reader(tmp_path: Path) -> None:
    for pixels in (noise(3, 3, 3), noise(3, 3)):
        read = read_one(tmp_path, png(pixels))
        assert read.flags.writeable and read.flags.c_contiguous

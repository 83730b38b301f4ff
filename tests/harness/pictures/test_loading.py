"""Rows with pictures from local files: every form, every layout, and memory that stays small."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rbench.errors import DataError
from rbench.harness.data import load_rows
from rbench.harness.pictures.intake import BrokenPicture, StoredPicture
from tests.harness.picture_files import (
    drawing,
    encoded,
    expecting,
    pictured_rows,
    visual_rows,
    write_pictured,
    write_rows,
)

DEFAULT_LAYOUTS = ["full-00000-of-00001.parquet", "full.parquet", "full.jsonl"]


@pytest.mark.parametrize(
    "layout", ["{config}/test-00000-of-00001.parquet", "{config}/test.jsonl", "{config}.jsonl"]
)
def test_pictures_of_every_layout_become_blobs_with_the_published_bytes(
    tmp_path: Path, layout: str
) -> None:
    rows = pictured_rows(20)
    write_pictured(tmp_path, rows, layout)
    loaded = load_rows(expecting("rbench-m", 20), data=tmp_path)
    assert loaded.warnings == () and loaded.blobs is not None
    for name, expected in rows.items():
        assert [row.row for row in loaded.rows[name]] == list(range(1, 21))
        for row, given in zip(loaded.rows[name], expected, strict=True):
            picture = row.columns["image"]
            assert isinstance(picture, StoredPicture)
            assert loaded.blobs.read(picture.blob) == given["image"]
            assert {**row.columns, "image": given["image"]} == given


@pytest.mark.parametrize("place", ["", "data/"])
@pytest.mark.parametrize("layout", DEFAULT_LAYOUTS)
def test_a_set_of_splits_is_read_once_from_its_full_split(
    tmp_path: Path, place: str, layout: str
) -> None:
    rows = visual_rows(12)
    write_rows(tmp_path / place / layout, rows)
    for split in ("math", "physics", "counting", "game"):  # they repeat the same questions
        part = [row for row in rows if row["catagory"].lower() == split]
        write_rows(tmp_path / place / layout.replace("full", split), part)
    loaded = load_rows(expecting("rbench-v", 12), data=tmp_path)
    assert [row.columns["answer"] for row in loaded.rows["full"]] == [r["answer"] for r in rows]
    assert [row.columns["image"] is None for row in loaded.rows["full"]] == [
        row["image"] is None for row in rows
    ]


def test_a_set_of_splits_in_two_places_is_ambiguous(tmp_path: Path) -> None:
    write_rows(tmp_path / "full.parquet", visual_rows(2))
    write_rows(tmp_path / "data" / "full.jsonl", visual_rows(2))
    with pytest.raises(DataError, match="are both data of 'full'"):
        load_rows(expecting("rbench-v", 2), data=tmp_path)


def test_a_folder_without_the_full_split_says_what_is_wanted(tmp_path: Path) -> None:
    write_rows(tmp_path / "math.jsonl", visual_rows(2))
    with pytest.raises(DataError) as raised:
        load_rows(expecting("rbench-v", 2), data=tmp_path)
    message = str(raised.value)
    assert "holds no full-*.parquet, data/full-*.parquet or full.jsonl" in message
    assert "it holds math.jsonl" in message and "R-Bench/R-Bench-V" in message


def test_a_split_without_rows_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "full.jsonl").write_text("")
    with pytest.raises(DataError, match=r"rbench-v: split 'full', has no rows\."):
        load_rows(expecting("rbench-v", 2), data=tmp_path)


def test_a_path_starts_at_the_folder_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "data" / "pictures").mkdir(parents=True)
    (tmp_path / "data" / "pictures" / "1.png").write_bytes(encoded(drawing(1)))
    row = {"question": "?", "answer": "1", "catagory": "Math"}
    rows = [{**row, "image": "pictures/1.png"}, {**row, "image": "../data/pictures/1.png"}]
    (tmp_path / "data" / "full.jsonl").write_text("\n".join(map(json.dumps, rows)))
    loaded = load_rows(expecting("rbench-v", 2), data=tmp_path)
    first, second = (row.columns["image"] for row in loaded.rows["full"])
    assert isinstance(first, StoredPicture) and loaded.blobs is not None
    assert loaded.blobs.read(first.blob) == encoded(drawing(1))
    assert isinstance(second, BrokenPicture)


def test_broken_pictures_stand_in_their_rows_and_the_others_are_read(tmp_path: Path) -> None:
    rows = visual_rows(40)
    for index in (0, 17, 38):
        rows[index]["image"] = b"\x89PNG and nothing else"
    write_rows(tmp_path / "full.parquet", rows)
    pictures = [
        row.columns["image"]
        for row in load_rows(expecting("rbench-v", 40), data=tmp_path).rows["full"]
    ]
    assert [i for i, p in enumerate(pictures) if isinstance(p, BrokenPicture)] == [0, 17, 38]
    assert sum(p is None for p in pictures) == 8


def test_max_side_is_the_cap_of_every_picture(tmp_path: Path) -> None:
    write_pictured(tmp_path, pictured_rows(2), "{config}.parquet")
    loaded = load_rows(expecting("rbench-m", 2), data=tmp_path, max_side=32)
    sizes = {(row.columns["image"].width, row.columns["image"].height) for row in loaded.rows["zh"]}
    assert sizes == {(32, 24)}


def test_the_blobs_are_gone_with_the_rows(tmp_path: Path) -> None:
    write_rows(tmp_path / "full.jsonl", visual_rows(2))
    loaded = load_rows(expecting("rbench-v", 2), data=tmp_path)
    folder = loaded.blobs.path  # type: ignore[union-attr]
    assert folder.is_dir()
    del loaded
    assert not folder.exists()


def test_the_log_says_that_pictures_are_read_before_the_first_one_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "full.jsonl").write_text("no JSON")
    with caplog.at_level("INFO", logger="rbench"), pytest.raises(DataError):
        load_rows(expecting("rbench-v", 2), data=tmp_path)
    assert [record.getMessage() for record in caplog.records] == [
        "reading the pictures of rbench-v"
    ]


MEMORY = """
import sys
from pathlib import Path
from rbench.harness.images.peak_memory import peak_meter
from rbench.harness.data import load_rows
from tests.harness.picture_files import expecting
import pyarrow.parquet, PIL.Image, numpy
meter = peak_meter("cpu")
meter.reset()
for name in sys.argv[1:]:
    rows = load_rows(expecting("rbench-v", 1), data=Path(name)).rows["full"]
    print(len(rows), meter.peak() // 2**20)
"""


def test_memory_does_not_grow_with_the_number_of_rows(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    # Half a MB each, so that they would be seen: a picture with bytes after its end is whole.
    row = {"question": "?", "answer": "1", "catagory": "Math"}
    rows = [
        {**row, "image": encoded(drawing(i)) + i.to_bytes(2, "big") * 250_000} for i in range(80)
    ]
    folders = [tmp_path / name for name in ("few j", "many j", "few p", "many p")]
    for folder, kind, count in zip(
        folders, ("jsonl",) * 2 + ("parquet",) * 2, (16, 80) * 2, strict=True
    ):
        file = folder / f"full.{kind}"
        write_rows(file, rows[:count])
        if kind == "parquet":  # in groups of rows, as the hub's library writes pictures
            pq.write_table(pq.read_table(file), file, row_group_size=16)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, *map(str, folders)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    lines = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert [count for count, _ in lines] == [16, 80, 16, 80]
    few_lines, many_lines, few_rows, many_rows = (peak for _, peak in lines)
    # MB. Held at once, the other 64 rows take 40 as lines and 110 as parquet and its pool.
    assert many_lines - few_lines < 20
    assert many_rows - few_rows < 55

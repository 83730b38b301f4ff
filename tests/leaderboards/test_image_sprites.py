"""Samples as one picture, and side by side."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rbench.errors import DataError
from rbench.leaderboards.image_grids import grids, pairs
from rbench.leaderboards.image_sprites import Sprite, sprite
from tests.leaderboards.image_runs import neighbours, pictures, shown


def opened(one: Sprite) -> Any:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(one.uri.partition(",")[2]))))


def test_a_sprite_holds_every_image_bit_for_bit_row_by_row() -> None:
    images = pictures(5, side=8)
    made = sprite(images, 3)
    whole = opened(made)
    for i, image in enumerate(images):
        top, left = i // 3 * 9, i % 3 * 9
        cell = whole[top : top + 8, left : left + 8]
        assert np.array_equal(cell[..., :1], image)
        assert (cell[..., 1] == 255).all()
    assert (whole[8] == 0).all() and (whole[9:, 18:] == 0).all()
    assert made.uri.startswith("data:image/png;base64,")


def test_colour_images_keep_their_colours() -> None:
    images = pictures(4, side=8, channels=3)
    assert np.array_equal(opened(sprite(images, 2))[:8, :8, :3], images[0])


def test_tiny_images_are_enlarged_by_whole_pixels() -> None:
    made = sprite(pictures(64), 8)
    high, wide = opened(made).shape[:2]
    assert made.pixelated
    assert made.width % wide == 0 and made.height % high == 0
    assert made.width // wide == made.height // high > 1


def test_a_band_leaves_room_for_a_label_in_every_cell() -> None:
    plain, banded = sprite(pictures(16), 8), sprite(pictures(16), 8, band=True)
    scale = banded.width // opened(banded).shape[1]
    assert (banded.height - plain.height) // 2 >= 14
    assert banded.height % (2 * scale) == 0


def test_pairs_stand_one_above_the_other() -> None:
    above, below = pictures(2), pictures(2, seed=1)
    whole = opened(sprite(above, 2, below=below))
    assert np.array_equal(whole[:8, :8, :1], above[0])
    assert np.array_equal(whole[9:17, 9:17, :1], below[1])


def test_large_images_are_reduced_by_a_named_filter() -> None:
    made = sprite(np.full((3, 256, 128, 3), 200, np.uint8), 2)
    assert (made.width, made.height) == (2 * 48, 2 * 96)
    assert made.reduced == (
        "reduced from 256 x 128 to 96 x 48 pixels by Pillow's box filter, JPEG of quality 88"
    )
    assert abs(int(opened(made)[:96, :48].mean()) - 200) <= 1
    assert not made.pixelated and not made.banded
    assert sprite(pictures(1, side=64), 1).reduced == ""


@pytest.mark.parametrize("images", [np.zeros((2, 8, 8, 1)), np.zeros((2, 8, 8), np.uint8),
                                    np.zeros((2, 8, 8, 2), np.uint8),
                                    np.zeros((0, 8, 8, 1), np.uint8)])  # fmt: skip
def test_what_is_no_picture_is_refused(images: Any) -> None:
    with pytest.raises(DataError, match="uint8"):
        sprite(images, 2)


def test_grids_show_the_same_samples_of_every_run_that_kept_any() -> None:
    runs = [shown(), shown(images=None), shown(images=pictures(10))]
    found = grids(runs, ["a", "b", "c"])
    assert [(grid.name, grid.sprite.count) for grid in found] == [("a", 64), ("c", 10)]


def test_many_runs_of_larger_images_show_fewer_samples_each() -> None:
    runs = [shown(images=pictures(64, side=32, channels=3, seed=i)) for i in range(10)]
    found = grids(runs, [str(i) for i in range(10)])
    assert {grid.sprite.count for grid in found} == {16}
    assert sum(len(grid.sprite.uri) for grid in found) < 1_000_000


def test_with_few_classes_in_turn_a_column_is_a_class() -> None:
    cyclic = shown(labels=[i % 10 for i in range(64)])
    random = shown(labels=[i * 7 % 10 for i in range(64)])
    many = shown(labels=list(range(64)))
    found = grids([cyclic, random, many, shown()], ["a", "b", "c", "d"])
    assert [grid.sprite.columns for grid in found] == [10, 8, 8, 8]
    assert [text for text, _ in found[0].labels[:12]] == [*"0123456789", "0", "1"]
    assert found[3].labels == ()


def test_samples_closer_than_most_test_images_are_marked_and_counted() -> None:
    (found,) = pairs([shown(neighbours=neighbours())], ["a"])
    assert [close for _, close in found.labels] == [True, True, *[False] * 14]
    assert found.labels[0][0] == "0.10"
    assert found.sentences[0].startswith("2 of 16 lie closer than 0.25; of as many new real")
    assert found.sentences[1] == "Median distance: 0.85."
    assert found.scale.startswith("For scale: of the test images 5 % lie closer than 0.25")


def test_exact_copies_are_called_so() -> None:
    near = neighbours(2, distances=[0.0, 5.0], quantiles={})
    (found,) = pairs([shown(neighbours=near)], ["a"])
    assert found.sentences[0] == "1 of these 2 samples are training images, to the bit."
    assert [close for _, close in found.labels] == [True, False]
    assert found.scale == ""

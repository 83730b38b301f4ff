"""Quantisation equals the papers' rules, and refuses what is no image."""

from fractions import Fraction
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rbench.errors import ModelError
from rbench.harness.images.quantise import Quantised, quantise
from rbench.harness.images.types import ImageSpec, Quantisation, Values

COLOUR = ImageSpec(4, 5, 3)
RULES: tuple[Quantisation, ...] = get_args(Quantisation)
LEVELS = np.arange(256)


def line(
    numbers: Any, values: Values, rule: Quantisation = "round", *, tensor: bool = False
) -> npt.NDArray[Any]:
    """Quantise a row of numbers in range, as one grey image."""
    row = np.asarray(numbers)
    spec = ImageSpec(1, row.size, 1)
    images: Any = row.reshape(1, 1, row.size, 1)
    if tensor:
        images = torch.from_numpy(row.reshape(1, 1, 1, row.size))
    found = quantise(images, values, rule, clips=False, spec=spec, indices=[0])
    assert (found.clipped, found.total) == (0, row.size)
    return found.images.ravel()


def around(ties: npt.NDArray[np.float64], steps: int = 40) -> npt.NDArray[np.float32]:
    """Return the float32 numbers nearest to every tie, `steps` on either side."""
    up = down = ties.astype(np.float32)
    found = [up]
    for _ in range(steps):
        up, down = np.nextafter(up, np.float32(9)), np.nextafter(down, np.float32(-9))
        found += [up, down]
    return np.concatenate(found)


def signed_numbers() -> npt.NDArray[np.float32]:
    ties = around((LEVELS[:-1] + 0.5) / 127.5 - 1)
    ends = around(np.array([-1.0, 0.0, 1.0]))
    drawn = np.random.default_rng(0).uniform(-1, 1, 200_000).astype(np.float32)
    every = np.concatenate([ties, ends, drawn, np.float32([-0.0, 1e-40, -1e-40])])
    return every[np.abs(every) <= 1]


def exact(x: Fraction, rule: Quantisation) -> int:
    """Return the level of x in [0, 1] without any rounding but the last."""
    return min(255, int(255 * x + (Fraction(1, 2) if rule == "round" else 0)))


# The rules


@pytest.mark.parametrize("tensor", [False, True])
def test_round_is_the_papers_rule_for_every_float32_near_a_tie(tensor: bool) -> None:
    y = signed_numbers()
    papers = np.clip(y * 127.5 + 128, 0, 255).astype(np.uint8)
    assert np.array_equal(line(y, "-1..1", tensor=tensor), papers)
    torch_papers = (torch.from_numpy(y) * 127.5 + 128).clip(0, 255).to(torch.uint8)
    assert np.array_equal(torch_papers.numpy(), papers)


def test_round_from_0_to_1_is_that_of_torchvision_s_save_image() -> None:
    x = (around((LEVELS[:-1] + 0.5) / 255), np.random.default_rng(0).random(99_999, np.float32))
    numbers = np.concatenate(x)
    theirs = torch.from_numpy(numbers).mul(255).add_(0.5).clamp_(0, 255).to(torch.uint8)
    assert np.array_equal(line(numbers, "0..1"), theirs.numpy())


def test_floor_is_that_of_flow_matching() -> None:
    y = signed_numbers()
    unit = torch.clamp(torch.from_numpy(y) * 0.5 + 0.5, min=0.0, max=1.0)
    assert np.array_equal(line(y, "-1..1", "floor"), torch.floor(unit * 255).numpy())
    assert np.array_equal(line(unit.numpy(), "0..1", "floor"), torch.floor(unit * 255).numpy())


@pytest.mark.parametrize("rule", ["round", "floor"])
@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=20))
def test_bytes_are_those_of_exact_arithmetic_away_from_the_edges(
    rule: Quantisation, numbers: list[float]
) -> None:
    for number, level in zip(numbers, line(np.float32(numbers), "-1..1", rule), strict=True):
        x = (Fraction(number) + 1) / 2
        slack = Fraction(2, 10**5) / 255
        allowed = {exact(min(max(x + e, Fraction(0)), Fraction(1)), rule) for e in (-slack, slack)}
        assert level in allowed


@pytest.mark.parametrize("values", ["0..1", "-1..1"])
def test_double_precision_is_exact_at_all_but_ties(values: Values) -> None:
    low, width = (0, 1) if values == "0..1" else (-1, 2)
    # Closer to the ties than float32 could tell.
    near = [(k + 0.5 + e) / 255 for k in range(255) for e in (-1e-7, 1e-7)]
    drawn = low + width * np.concatenate([near, np.random.default_rng(1).random(2000)])
    oracle = [exact((Fraction(float(number)) - low) / width, "round") for number in drawn]
    assert line(drawn, values).tolist() == oracle


def test_ties_go_up_where_torch_round_goes_to_the_even_level() -> None:
    tie = np.float64([2.5 / 255])
    assert (tie * 255).tolist() == [2.5]
    assert line(tie, "0..1").tolist() == [3]
    assert torch.round(torch.from_numpy(tie) * 255).tolist() == [2]
    assert line(np.float32([0.5]), "0..1").tolist() == [128]
    assert line(np.float32([0.0]), "-1..1").tolist() == [128]


@pytest.mark.parametrize("wide", [np.float32, np.float64])
def test_round_gives_back_bytes_that_were_written_as_floats(wide: Any) -> None:
    unit = (LEVELS / 255).astype(wide)
    assert np.array_equal(line(unit, "0..1"), LEVELS)
    assert np.array_equal(line(unit * 2 - 1, "-1..1"), LEVELS)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("values", ["0..1", "-1..1"])
def test_brighter_numbers_never_become_darker(values: Values, rule: Quantisation) -> None:
    numbers = np.sort(signed_numbers())
    numbers = numbers if values == "-1..1" else np.sort(np.abs(numbers))
    found = line(numbers, values, rule).astype(np.float64)
    assert np.all(np.diff(found) >= 0)
    assert found[-1] == (1 if rule == "none" else 255)
    assert found[0] == 0


def test_none_keeps_floats_of_0_to_1() -> None:
    y = signed_numbers()
    found = line(y, "-1..1", "none")
    assert found.dtype == np.float32
    assert np.array_equal(found, ((torch.from_numpy(y) + 1) / 2).numpy())
    x = np.random.default_rng(0).random(1000)
    assert np.array_equal(line(x, "0..1", "none"), x.astype(np.float32))


# Kinds of arrays


def colour(seed: int = 0, n: int = 3, low: float = -1) -> npt.NDArray[np.float32]:
    shape = (n, COLOUR.height, COLOUR.width, COLOUR.channels)
    return np.random.default_rng(seed).uniform(low, 1, shape).astype(np.float32)


def all_of(images: Any, **other: Any) -> Quantised:
    given: dict[str, Any] = {"clips": False, **other}
    if "indices" not in given:
        given["indices"] = range(len(images))
    values, rule = given.pop("values", "-1..1"), given.pop("rule", "round")
    return quantise(images, values, rule, spec=COLOUR, **given)


@pytest.mark.parametrize("rule", RULES)
def test_a_tensor_and_an_array_of_the_same_images_give_the_same_bits(rule: Quantisation) -> None:
    images = colour()
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2)
    for same in (tensor, tensor.contiguous(), tensor.clone().requires_grad_()):
        found = all_of(same, rule=rule).images
        assert np.array_equal(found, all_of(images, rule=rule).images)
        assert found.flags.c_contiguous
        assert found.shape == images.shape


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_halves_are_taken_for_the_float32_that_they_are(dtype: torch.dtype) -> None:
    half = torch.from_numpy(colour()).permute(0, 3, 1, 2).to(dtype)
    assert np.array_equal(all_of(half).images, all_of(half.float()).images)
    if dtype == torch.float16:
        array = half.permute(0, 2, 3, 1).numpy()
        assert np.array_equal(all_of(array).images, all_of(half).images)


def test_views_and_foreign_byte_order_are_read_right() -> None:
    images = colour()
    assert np.array_equal(all_of(images[::-1]).images, all_of(images).images[::-1])
    flipped = all_of(images, rule="none").images[:, :, ::-1]
    found = all_of(flipped, values="0..1", rule="none").images
    assert np.array_equal(found, flipped)
    assert found.flags.c_contiguous
    swapped = images.astype(images.dtype.newbyteorder())
    assert np.array_equal(all_of(swapped).images, all_of(images).images)


@pytest.mark.parametrize("rule", RULES)
def test_bytes_pass_unchanged(rule: Quantisation) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3), np.uint8)
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2)
    for same in (images, tensor):
        found = all_of(same, values="uint8", rule=rule)
        assert found.images.dtype == np.uint8
        assert np.array_equal(found.images, images)
        assert (found.clipped, found.total) == (0, images.size)


def test_the_generator_s_own_array_stays_as_it_was() -> None:
    images = 3 * colour()
    before = images.copy()
    all_of(images, clips=True)
    all_of(torch.from_numpy(images).permute(0, 3, 1, 2), clips=True)
    assert np.array_equal(images, before)


def test_padding_is_thrown_away_and_not_counted() -> None:
    images = colour()
    images[2] = 7
    found = all_of(images, clips=True, keep=2, indices=[8, 9, 9])
    assert np.array_equal(found.images, all_of(images[:2]).images)
    assert (found.clipped, found.total) == (0, images[:2].size)
    assert all_of(images, clips=True, keep=0).images.shape == (0, 4, 5, 3)


# Clipping


@pytest.mark.parametrize("values", ["0..1", "-1..1"])
@pytest.mark.parametrize("rule", RULES)
def test_what_is_clipped_is_counted_and_the_same_as_the_end(
    values: Values, rule: Quantisation
) -> None:
    images = colour(low=0)
    images[1, 2, 3] = [-1.5, 1.0000001, 1e30]
    ends = images.copy()
    ends[1, 2, 3] = [-1 if values == "-1..1" else 0, 1, 1]
    for tensor in (False, True):
        wild, tame = (
            torch.from_numpy(x).permute(0, 3, 1, 2) if tensor else x for x in (images, ends)
        )
        found = all_of(wild, values=values, rule=rule, clips=True)
        assert (found.clipped, found.total) == (3, images.size)
        assert np.array_equal(found.images, all_of(tame, values=values, rule=rule).images)


def test_the_ends_of_the_range_are_inside() -> None:
    images = colour()
    images[0, 0, 0] = [-1, 1, -0.0]
    assert all_of(images).clipped == 0


# What is refused


def refusal(images: Any, **other: Any) -> str:
    with pytest.raises(ModelError) as caught:
        all_of(images, **{"indices": [40, 41, 42], **other})
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("tensor", [False, True])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("clips", [False, True])
def test_nan_and_infinity_name_the_sample_and_the_place(
    bad: float, clips: bool, tensor: bool
) -> None:
    images: Any = colour()
    images[1, 3, 2, 1] = bad
    images = torch.from_numpy(images).permute(0, 3, 1, 2) if tensor else images
    message = refusal(images, clips=clips)
    assert message.startswith(f"Sample 41 has the value {bad:g} at row 3, column 2, channel 1;")


@pytest.mark.parametrize("tensor", [False, True])
@pytest.mark.parametrize(
    ("values", "bad", "range_"), [("-1..1", 1.25, "[-1, 1]"), ("0..1", -0.5, "[0, 1]")]
)
def test_a_value_out_of_range_names_the_sample_and_says_what_to_do(
    values: Values, bad: float, range_: str, tensor: bool
) -> None:
    images: Any = colour(low=0)
    images[2, 1, 0, 2] = bad
    images = torch.from_numpy(images).permute(0, 3, 1, 2) if tensor else images
    message = refusal(images, values=values)
    assert f"Sample 42 has the value {bad:g} at row 1, column 0, channel 2" in message
    assert range_ in message
    assert "-M values=" in message
    assert "-M clips=true" in message


def test_too_few_images_name_the_first_sample_without_one() -> None:
    message = refusal(colour(n=2))
    assert "2 images for 3 samples" in message
    assert "sample 42" in message
    assert "4 images" in refusal(colour(n=4))


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (colour().transpose(0, 3, 1, 2), "(3, 3, 4, 5)"),
        (torch.from_numpy(colour()), "(3, 4, 5, 3)"),
    ],
)
def test_channels_at_the_wrong_end_are_recognised(images: Any, words: str) -> None:
    message = refusal(images)
    assert words in message
    assert "channels are at the wrong end" in message


@pytest.mark.parametrize(
    "images",
    [colour()[..., :1], colour()[:, :3], colour()[0], colour()[..., None], np.float32(0.5)],
)
def test_another_shape_is_refused_with_the_one_that_is_wanted(images: Any) -> None:
    with pytest.raises(ModelError, match=r"wants \(n, h, w, c\) = \(3, 4, 5, 3\)"):
        all_of(np.asarray(images), indices=[40, 41, 42])


@pytest.mark.parametrize(
    ("images", "values", "words"),
    [
        (colour(), "uint8", ["float32", "-M values=0..1"]),
        (torch.zeros(3, 3, 4, 5), "uint8", ["float32", "-M values=0..1"]),
        (np.zeros((3, 4, 5, 3), np.uint8), "-1..1", ["uint8", "-M values=uint8"]),
        (torch.zeros(3, 3, 4, 5, dtype=torch.uint8), "0..1", ["uint8", "-M values=uint8"]),
        (np.zeros((3, 4, 5, 3), np.int64), "uint8", ["int64", "return uint8"]),
        (np.zeros((3, 4, 5, 3), bool), "0..1", ["bool", "return uint8"]),
        (np.zeros((3, 4, 5, 3), complex), "0..1", ["complex128", "return uint8"]),
        (torch.zeros(3, 3, 4, 5, dtype=torch.int32), "0..1", ["int32", "return uint8"]),
    ],
)
def test_a_type_that_is_not_the_declared_one_is_refused(
    images: Any, values: Values, words: list[str]
) -> None:
    message = refusal(images, values=values)
    assert all(word in message for word in words)


@pytest.mark.parametrize("images", [[1, 2, 3], None, "image.png"])
def test_what_is_no_array_is_refused(images: Any) -> None:
    with pytest.raises(ModelError, match=type(images).__name__):
        all_of(images, indices=[0, 1, 2])

"""From images to inputs: the order of the steps, the units, and nothing from the neighbours."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms

from rbench.errors import DataError, UsageError
from rbench.metrics.representations.apply_preprocess import check_preprocess, to_inputs
from rbench.metrics.representations.preprocess import Preprocess
from tests.metrics.representations.pictures import crops, pictures

CPU = torch.device("cpu")
HALF = (0.5, 0.5, 0.5)
STEPS = {
    "tf1": Preprocess(size=37, filter="bilinear", kernel="tf1", range=(0, 255)),
    "torch": Preprocess(size=37, filter="bilinear", mean=HALF, std=HALF),
    "torch-antialias": Preprocess(size=37, filter="bicubic", antialias=True),
    "pillow": Preprocess(size=37, filter="bicubic", antialias=True, kernel="pillow"),
    "pillow-float": Preprocess(size=37, filter="bicubic", antialias=True, kernel="pillow-float"),
    "square": Preprocess(size=37, filter="bilinear", crop="center-square"),
    "adm": Preprocess(size=37, filter="bicubic", antialias=True, kernel="pillow", crop="adm"),
}


def inputs(images: object, steps: Preprocess) -> torch.Tensor:
    return to_inputs(images, steps, device=CPU, dtype=torch.float32)


@pytest.mark.parametrize("name", STEPS)
def test_an_input_depends_on_its_image_alone_to_the_bit(name: str) -> None:
    images = [*crops(5, 50), *pictures(), *crops(7, 50)[5:], crops(1, 37)[0], crops(1, 20)[0]]
    together = inputs(images, STEPS[name])
    assert together.shape == (12, 3, 37, 37)
    for image, found in zip(images, together, strict=True):
        assert torch.equal(inputs([image], STEPS[name])[0], found)


@pytest.mark.parametrize("name", STEPS)
def test_a_flat_image_stays_flat_in_the_declared_units(name: str) -> None:
    steps = replace(STEPS[name], mean=(1.0, 2.0, 3.0), std=(2.0, 4.0, 5.0))
    found = inputs(np.full((60, 80, 3), 51, np.uint8), steps)
    value = 51 if steps.range == (0, 255) else 0.2
    expected = [(value - 1) / 2, (value - 2) / 4, (value - 3) / 5]
    for channel, wanted in zip(found[0], expected, strict=True):
        assert channel.flatten().tolist() == pytest.approx([wanted] * 37 * 37, rel=1e-5)


def test_pillow_steps_have_the_bits_of_torchvisions_pipeline() -> None:
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    pipeline = transforms.Compose(
        [
            transforms.Resize((224, 224), transforms.InterpolationMode.BICUBIC),
            transforms.ToTensor(),
            transforms.Normalize(mean, std),
        ]
    )
    steps = Preprocess(224, "bicubic", antialias=True, kernel="pillow", mean=mean, std=std)
    for picture in pictures():
        assert torch.equal(inputs([picture], steps)[0], pipeline(Image.fromarray(picture)))


def test_floats_are_rounded_or_truncated_or_kept_as_declared() -> None:
    values = torch.tensor([0.0, 0.4, 0.6, 1.4, 254.5, 255.0]) / 255
    image = values.expand(1, 3, 1, 6)
    levels = {
        how: (inputs(image, Preprocess(size=None, quantise=how)) * 255)[0, 0, 0]  # type: ignore[arg-type]
        for how in ("round", "truncate", "none")
    }
    assert levels["round"].tolist() == pytest.approx([0, 0, 1, 1, 255, 255])
    assert levels["truncate"].tolist() == pytest.approx([0, 0, 0, 1, 254, 255])
    assert torch.equal(levels["none"], values * 255)


def test_rounded_floats_are_the_8_bit_images_they_came_from() -> None:
    images = crops(3, 50)
    for dtype in (torch.float32, torch.float64):
        floats = torch.from_numpy(images).permute(0, 3, 1, 2).to(dtype) / 255
        for steps in STEPS.values():
            assert torch.equal(inputs(floats, steps), inputs(images, steps))


def test_floats_kept_are_in_the_declared_range() -> None:
    image = torch.full((1, 3, 9, 9), 0.2)
    for name in ("torch", "tf1", "pillow-float"):
        steps = replace(STEPS[name], quantise="none", range=(0, 255), mean=(0, 0, 0), std=(1, 1, 1))
        assert torch.allclose(inputs(image, steps), torch.tensor(51.0))
    with pytest.raises(UsageError, match="8-bit"):
        inputs(image, replace(STEPS["pillow"], quantise="none"))
    with pytest.raises(UsageError, match="crop 'adm' takes 8-bit"):
        inputs(image, replace(STEPS["adm"], quantise="none"))


def test_the_central_square_is_taken() -> None:
    picture = pictures()[1]
    square = inputs([picture], Preprocess(size=None, crop="center-square", range=(0, 255)))
    assert np.array_equal(square[0].numpy(), picture[:, 100:500].transpose(2, 0, 1))


def test_sizes_that_differ_need_a_preprocess_that_resizes() -> None:
    with pytest.raises(DataError, match="300x451, 400x600"):
        inputs(pictures()[1:], Preprocess(size=None))


def test_steps_that_cannot_be_carried_out_are_refused() -> None:
    with pytest.raises(UsageError, match="lanczos"):
        check_preprocess(Preprocess(size=9, filter="lanczos"))
    with pytest.raises(UsageError, match="give one"):
        check_preprocess(Preprocess(size=None, crop="adm"))
    check_preprocess(Preprocess(size=9, filter="lanczos", antialias=True, kernel="pillow"))

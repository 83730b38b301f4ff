"""`zoo/NAME`: opening the image models, and what they are."""

import dataclasses
from typing import Any

import pytest
import torch

from rbench.errors import ModelError, UsageError
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.images.noise import Noise, sample_seeds
from rbench.harness.images.types import GENERATOR_CONTRACT, ImageGenerator, SampleBatch
from rbench.harness.types import TaskInput
from rbench.tasks.digits import Digits
from rbench.zoo.checkpoint import checkpoint_path, load_checkpoint, read_about
from rbench.zoo.image_zoo import IMAGE_MODELS, ImageZoo, find_model


def _context() -> GeneratorContext:
    task = Digits.load(Digits.Options(), TaskInput())
    return GeneratorContext(task, "cpu", offline=True)


def _open(name: str, **given: Any) -> ImageGenerator:
    return ImageZoo.open(name, given, _context())


def _batch(*indices: int) -> SampleBatch:
    noise = Noise(0, indices)
    return SampleBatch(indices, sample_seeds(noise), (None,) * len(indices), noise)


@pytest.mark.parametrize("name", IMAGE_MODELS)
def test_every_model_makes_its_images_from_the_seed(name: str) -> None:
    model = find_model(name)
    generator = _open(name, batch=4)
    assert all(hasattr(generator, attribute) for attribute in GENERATOR_CONTRACT)
    assert generator.spec == model.spec
    images = generator.generate(_batch(0, 1, 2, 3))
    assert images.shape == (4, model.spec.channels, model.spec.height, model.spec.width)
    assert images.isfinite().all()
    assert -2 < images.min() < -0.8 < 0.8 < images.max() < 2
    torch.testing.assert_close(
        generator.generate(_batch(2, 7, 8, 9))[0], images[2], rtol=0, atol=1e-3
    )
    assert not torch.allclose(images[0], images[1], atol=0.1)
    generator.close()


@pytest.mark.parametrize("name", IMAGE_MODELS)
@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-3), ("bfloat16", 0.3)])
def test_other_types_of_numbers_make_about_the_same_images(
    name: str, dtype: str, close: float
) -> None:
    images = _open(name).generate(_batch(0, 1))
    others = _open(name, dtype=dtype).generate(_batch(0, 1))
    assert (others - images).square().mean().sqrt() < close


@pytest.mark.parametrize("name", IMAGE_MODELS)
def test_a_checkpoint_says_how_it_was_made_and_is_small(name: str) -> None:
    path, model = checkpoint_path(name), find_model(name)
    assert path.stat().st_size < 2_000_000
    about = read_about(path)
    assert about["command"].endswith(f" {name}")
    assert about["data"] == f"{model.data_set}, train"
    assert about["seed"] == str(model.training.seed)
    assert about["steps"] == str(model.training.steps)


def test_the_identity_is_the_model_and_its_weights() -> None:
    flow, other = _open("flow-digits").identity, _open("meanflow-digits").identity
    assert flow is not None and other is not None
    assert (flow["adapter"], flow["model"]) == ("zoo", "flow-digits")
    assert flow["weights_sha256"] != other["weights_sha256"]
    assert flow == _open("flow-digits", steps=4).identity


def test_the_sampler_and_its_steps_are_settings() -> None:
    assert _open("flow-digits").settings["steps"] == 32
    settings = _open("flow-digits", sampler="heun", steps="4").settings
    assert (settings["sampler"], settings["steps"]) == ("heun", 4)


@pytest.mark.parametrize("sampler", ["ddim", "deq-ddim", "edm-heun"])
def test_the_diffusion_model_is_sampled_by_noise_or_by_denoised_images(sampler: str) -> None:
    generator = _open("diffusion-digits", sampler=sampler, steps="6")
    assert generator.generate(_batch(0, 1)).isfinite().all()


def test_weights_stay_out_of_memory_until_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("loaded")

    monkeypatch.setattr("rbench.zoo.checkpoint.load_checkpoint", refuse)
    generator = _open("flow-digits")
    with pytest.raises(AssertionError, match="loaded"):
        _ = generator.networks


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no image model 'zoo/flow-digit'.*'flow-digits'"):
        _open("flow-digit")


def test_an_unknown_option_gets_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'stesp'.*'steps'"):
        _open("flow-digits", stesp=3)


def test_a_sampler_that_does_not_fit_is_refused_before_weights_are_read() -> None:
    with pytest.raises(UsageError, match=r"ddim.* predicts noise; .*velocity"):
        _open("flow-digits", sampler="ddim")


def test_weights_of_another_network_are_refused() -> None:
    module = find_model("meanflow-digits").build()
    with pytest.raises(ModelError, match=r"flow-digits.safetensors do not fit"):
        load_checkpoint(checkpoint_path("flow-digits"), module)


def test_a_missing_checkpoint_is_said_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr("rbench.zoo.checkpoint.WEIGHTS", tmp_path)
    with pytest.raises(ModelError, match=r"weights .*flow-digits.safetensors are not there"):
        _open("flow-digits")


def test_a_missing_library_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rbench.zoo.image_zoo.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"zoo/flow-digits needs torch: pip install"):
        _open("flow-digits")


def test_every_option_of_the_zoo_has_a_help_text() -> None:
    fields = dataclasses.fields(ImageZoo.Options)
    assert {"batch", "device", "dtype"} <= {field.name for field in fields}
    assert all(field.metadata["help"] for field in fields)

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
import torch

from rbench.errors import ModelError, UsageError
from rbench.harness.generators.decoders import Decoder
from rbench.harness.generators.network_generator import (
    LoadedNetwork,
    NetworkGenerator,
    NetworkOptions,
    split_options,
)
from rbench.harness.images.types import ImageGenerator, ImageSpec
from rbench.harness.options import option
from rbench.harness.samplers.network import Network
from tests.harness.generators.given import batch, context


@dataclass(frozen=True)
class OneStep:
    """z_0 = z_1 - scale * v(z_1): enough of a sampler."""

    name: ClassVar[str] = "one-step"
    summary: ClassVar[str] = "for tests"
    accepts: ClassVar[frozenset] = frozenset({"velocity"})
    scale: float = option(1.0, "of the step")

    def sample(self, network, start):
        z = start.normal("start")
        velocity = network.called_in(start.dtype).predict(z, (1.0,), start.labels)
        return z - self.scale * velocity


class Pull(torch.nn.Module):
    """v = weight * z + label."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(0.25))
        self.seen = []

    def forward(self, z, t, labels=None):
        self.seen.append((z.dtype, torch.is_inference_mode_enabled(), self.training))
        shift = 0.0 if labels is None else labels[:, None, None, None].to(z.dtype)
        return self.weight * z + shift


def generator(module=None, labels=0, sampler=None, predicts="velocity", **changed):
    module = module or Pull()

    def load(device, dtype):
        moved = module.to(device, dtype)
        return LoadedNetwork(Network(moved, predicts), {"network": moved})

    return NetworkGenerator(
        **{
            "load": load,
            "sampler": sampler or OneStep(),
            "shape": (1, 4, 4),
            "spec": ImageSpec(4, 4, 1, labels),
            "identity": {"model": "pull"},
        }
        | changed
    )


def test_the_images_are_what_the_sampler_makes_of_the_noise():
    asked = batch(0, 5)
    made = generator().generate(asked)
    start = asked.noise.normal((1, 4, 4), "start")
    assert np.array_equal(made.numpy(), start - np.float32(0.25) * start)


def test_a_sample_is_the_same_in_any_batch():
    model = generator(labels=3)
    together = model.generate(batch(*range(8), classes=3))
    for index in range(8):
        alone = model.generate(batch(index, classes=3))
        assert torch.equal(alone[0], together[index])


def test_it_has_the_whole_contract_and_makes_float_images_in_minus_one_to_one():
    model = generator()
    assert isinstance(model, ImageGenerator)
    assert (model.values, model.clips, model.finite, model.batch) == ("-1..1", True, None, 64)


def test_the_network_runs_in_evaluation_mode_without_gradients():
    module = Pull()
    made = generator(module).generate(batch(0))
    assert module.seen == [(torch.float32, True, False)]
    assert not made.requires_grad


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_the_type_of_numbers_is_chosen_and_images_of_half_precision_become_float32(dtype):
    module = Pull()
    made = generator(module, options=NetworkOptions(dtype=dtype)).generate(batch(0))
    assert module.seen[0][0] == getattr(torch, dtype)
    assert made.dtype == (torch.float64 if dtype == "float64" else torch.float32)


def test_nothing_is_loaded_before_it_is_needed_and_then_once():
    loads = []

    def load(device, dtype):
        loads.append((device.type, dtype))
        return LoadedNetwork(Network(Pull(), "velocity"), {})

    model = generator(load=load, options=NetworkOptions(device="cpu"))
    assert (model.identity, model.settings["scale"], loads) == ({"model": "pull"}, 1.0, [])
    model.generate(batch(0))
    assert model.networks == {}
    assert loads == [("cpu", torch.float32)]
    model.close()
    model.generate(batch(0))
    assert len(loads) == 2


def test_settings_name_the_sampler_with_its_options_and_the_type_of_numbers():
    model = generator(sampler=OneStep(0.5), settings={"weights": "ema"})
    assert model.settings == {
        "sampler": "one-step", "scale": 0.5, "dtype": "float32", "weights": "ema",
    }  # fmt: skip


def test_labels_go_to_the_network():
    plain = generator().generate(batch(2))
    shifted = generator(labels=3).generate(batch(2, classes=3))
    assert torch.allclose(shifted, plain - 2, atol=1e-6)


def test_a_label_that_the_model_does_not_know_is_named_with_its_sample():
    with pytest.raises(ModelError, match="the label 3 of sample 7 is none of the model's: 0 to 2"):
        generator(labels=3).generate(batch(0, 7, classes=4))


def test_a_model_without_classes_takes_no_label():
    with pytest.raises(ModelError, match="sample 1 has the label 1, and the model has no classes"):
        generator().generate(batch(1, classes=2))


def test_a_model_with_classes_needs_a_label():
    with pytest.raises(ModelError, match="one of its 3 classes for every image, and sample 4"):
        generator(labels=3).generate(batch(4))


def test_a_batch_with_some_labels_is_refused():
    asked = batch(0, 1, classes=2)
    asked = replace(asked, labels=(None, 1))
    with pytest.raises(ModelError, match="sample 0 has no label"):
        generator(labels=2).generate(asked)


def test_what_the_network_raises_is_one_sentence_with_samples_and_place():
    class Broken(torch.nn.Module):
        def forward(self, z, t, labels):
            return z @ torch.zeros(3)

    with pytest.raises(ModelError) as caught:
        generator(Broken()).generate(batch(3, 4, 5))
    said = str(caught.value)
    assert said.startswith("the model failed at samples 3 to 5: RuntimeError: ")
    assert "test_network_generator.py, line " in said
    assert "\n" not in said


def test_a_sampler_that_cannot_use_the_network_is_refused():
    with pytest.raises(UsageError, match="one-step takes networks that predict velocity"):
        generator(predicts="denoised").generate(batch(0))


def test_a_sampler_that_returns_another_shape_is_named():
    class Flat(OneStep):
        def sample(self, network, start):
            return start.normal("start").flatten(1)

    with pytest.raises(ModelError, match=r"shape \(2, 16\) for samples 0 to 1, not \(2, 1, 4, 4\)"):
        generator(sampler=Flat()).generate(batch(0, 1))


def test_a_decoder_turns_latents_into_images_and_is_counted_and_identified():
    upscale = torch.nn.Upsample(scale_factor=2)
    decoder = Decoder({"kind": "upsample"}, lambda device, dtype: upscale)
    model = generator(spec=None, decoder=decoder)
    made = model.generate(batch(0))
    assert made.shape == (1, 1, 8, 8)
    assert torch.equal(made[..., ::2, ::2], generator().generate(batch(0)))
    assert list(model.networks) == ["network", "decoder"]
    assert model.identity == {"model": "pull", "decoder": {"kind": "upsample"}}


def test_without_the_identity_of_its_decoder_a_model_has_none():
    decoder = Decoder(None, lambda device, dtype: torch.nn.Identity())
    assert generator(decoder=decoder).identity is None


def test_a_model_of_latents_knows_its_classes_without_knowing_its_images():
    model = generator(spec=None, classes=3)
    with pytest.raises(ModelError, match="the label 3 of sample 3"):
        model.generate(batch(3, classes=4))


# Options


def test_options_are_parted_between_model_and_sampler():
    options, sampler = split_options({"batch": "8", "scale": "0.5"}, NetworkOptions, OneStep(2.0))
    assert options == NetworkOptions(batch=8)
    assert sampler == OneStep(0.5)


def test_the_default_sampler_keeps_the_values_that_are_not_given():
    assert split_options({}, NetworkOptions, OneStep(2.0))[1] == OneStep(2.0)


def test_another_sampler_is_chosen_by_name_with_its_own_defaults():
    _, sampler = split_options({"sampler": "heun", "steps": "3"}, NetworkOptions, OneStep(2.0))
    assert (sampler.name, sampler.steps) == ("heun", 3)


def test_an_unknown_option_gets_the_nearest_of_both():
    with pytest.raises(UsageError, match="'scal'; did you mean 'scale'"):
        split_options({"scal": "1"}, NetworkOptions, OneStep())
    with pytest.raises(UsageError, match="'bach'; did you mean 'batch'"):
        split_options({"bach": "1"}, NetworkOptions, OneStep())


def test_an_unknown_sampler_gets_the_nearest_name():
    with pytest.raises(UsageError, match="did you mean 'heun'"):
        split_options({"sampler": "huen"}, NetworkOptions, OneStep())


def test_a_bad_value_names_its_owner():
    with pytest.raises(UsageError, match="sampler 'one-step': scale='much'"):
        split_options({"scale": "much"}, NetworkOptions, OneStep())
    with pytest.raises(UsageError, match="batch=0: give 1 or more"):
        split_options({"batch": "0"}, NetworkOptions, OneStep())


@pytest.mark.parametrize(
    ("asked", "given", "device"),
    [
        (None, None, None),
        (None, "cuda:1", "cuda:1"),
        ("cuda", "cuda:1", "cuda:1"),
        ("cpu", "cuda:1", "cpu"),
        ("cuda:0", "cuda:1", "cuda:0"),
    ],
)
def test_a_worker_keeps_its_gpu_unless_another_device_is_asked(asked, given, device):
    assert NetworkOptions(device=asked).on(context(device=given)).device == device


def test_a_device_that_is_none_or_not_here_is_refused():
    with pytest.raises(UsageError, match="device='gpu' is no device"):
        NetworkOptions(device="gpu").torch_device()
    beyond = torch.cuda.device_count()
    with pytest.raises(UsageError, match=f"this machine has {beyond} CUDA devices"):
        NetworkOptions(device=f"cuda:{beyond}").torch_device()

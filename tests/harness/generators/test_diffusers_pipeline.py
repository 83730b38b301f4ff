import json
import shutil

import numpy as np
import pytest
import torch

from rbench.errors import ModelError, UsageError
from rbench.harness.generators import diffusers_source
from rbench.harness.generators.decoders import open_decoder
from rbench.harness.generators.diffusers_pipeline import DiffusersPipeline
from rbench.harness.images.types import ImageGenerator, ImageSpec
from tests.harness.generators.given import array, batch, context, image_task


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a folder with three tiny pipelines of random weights."""
    import diffusers

    diffusers.utils.logging.disable_progress_bar()
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("pipelines")
    unet = {
        "sample_size": 8, "in_channels": 1, "out_channels": 1, "layers_per_block": 1,
        "block_out_channels": (8, 8), "norm_num_groups": 4,
        "down_block_types": ("DownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "UpBlock2D"),
    }  # fmt: skip
    diffusers.DDPMPipeline(
        unet=diffusers.UNet2DModel(**unet), scheduler=diffusers.DDPMScheduler()
    ).save_pretrained(root / "ddpm")
    unet |= {"in_channels": 3, "out_channels": 3}
    diffusers.ConsistencyModelPipeline(
        unet=diffusers.UNet2DModel(**unet), scheduler=diffusers.CMStochasticIterativeScheduler()
    ).save_pretrained(root / "consistency")
    vae = diffusers.AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=4, sample_size=16, scaling_factor=0.5,
    )  # fmt: skip
    transformer = diffusers.DiTTransformer2DModel(
        num_attention_heads=2, attention_head_dim=8, in_channels=4, out_channels=8, num_layers=1,
        sample_size=8, patch_size=2, num_embeds_ada_norm=1000, norm_num_groups=4,
    )  # fmt: skip
    diffusers.DiTPipeline(
        transformer=transformer, vae=vae, scheduler=diffusers.DDIMScheduler()
    ).save_pretrained(root / "dit")
    return root


GREY, CLASSES = image_task(8, 8, 1), image_task(16, 16, 3, classes=1000)


def opened(folder, task=GREY, **options):
    given = {"steps": "2", "device": "cpu"} | options
    given = {key: value for key, value in given.items() if value is not None}
    return DiffusersPipeline.open(str(folder), given, context(task))


@pytest.mark.parametrize(
    ("name", "spec", "classes"),
    [
        ("ddpm", ImageSpec(8, 8, 1), 0),
        ("consistency", ImageSpec(8, 8, 3), 0),
        ("dit", ImageSpec(16, 16, 3, 1000), 1000),
    ],
)
def test_a_pipeline_makes_a_sample_the_same_in_any_batch(saved, name, spec, classes):
    model = opened(saved / name)
    assert isinstance(model, ImageGenerator)
    assert (model.spec, model.values, model.finite) == (spec, "0..1", None)
    together = array(model.generate(batch(0, 1, 2, classes=classes)))
    assert together.shape == (3, spec.height, spec.width, spec.channels)
    assert 0 <= together.min() < together.max() <= 1
    alone = array(model.generate(batch(2, classes=classes)))
    assert np.allclose(alone[0], together[2], atol=1e-5)
    again = array(model.generate(batch(0, 1, 2, classes=classes)))
    assert np.array_equal(again, together)
    other = array(model.generate(batch(0, 1, 2, classes=classes, seed=1)))
    assert not np.allclose(other, together, atol=1e-3)


def test_where_latents_are_taken_the_noise_is_the_runs_own(saved):
    import diffusers

    model = opened(saved / "consistency", steps="1")
    asked = batch(4, 5)
    pipeline = diffusers.ConsistencyModelPipeline.from_pretrained(str(saved / "consistency"))
    pipeline.set_progress_bar_config(disable=True)
    latents = torch.from_numpy(asked.noise.normal((3, 8, 8), "start"))
    with torch.inference_mode():
        wanted = pipeline(batch_size=2, latents=latents, output_type="np").images
    assert np.allclose(model.generate(asked), wanted, atol=1e-6)


def test_the_state_of_torchs_generator_is_left_alone(saved):
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    opened(saved / "ddpm").generate(batch(0))
    assert torch.equal(torch.rand(3), wanted)


def test_labels_and_guidance_reach_the_pipeline(saved):
    model = opened(saved / "dit", CLASSES)
    asked = batch(3, classes=1000)
    plain = array(model.generate(asked))
    guided = array(opened(saved / "dit", CLASSES, guidance="9").generate(asked))
    assert plain.shape == guided.shape == (1, 16, 16, 3)
    with pytest.raises(ModelError, match="needs one of its 1000 classes"):
        model.generate(batch(3))
    with pytest.raises(ModelError, match="the label 1003 of sample 1003 is none of the model's"):
        model.generate(batch(1003, classes=2000))


def test_guidance_of_a_pipeline_without_is_refused(saved):
    with pytest.raises(UsageError, match=r"DDPMPipeline .* has no guidance_scale: leave out"):
        opened(saved / "ddpm", guidance="2").generate(batch(0))


def test_another_scheduler_is_taken_by_name(saved):
    model = opened(saved / "ddpm", scheduler="DDIMScheduler")
    assert model.settings["scheduler"] == "DDIMScheduler"
    asked = batch(0)
    assert not np.allclose(model.generate(asked), opened(saved / "ddpm").generate(asked))
    with pytest.raises(UsageError, match="no scheduler 'DDIMSheduler'; did you mean"):
        opened(saved / "ddpm", scheduler="DDIMSheduler").generate(asked)


def test_network_and_decoder_are_counted_by_their_calls(saved):
    model = opened(saved / "dit", CLASSES, steps="3")
    calls = dict.fromkeys(model.networks, 0)

    def count(role):
        return lambda *_: calls.__setitem__(role, calls[role] + 1)

    for role, module in model.networks.items():
        module.register_forward_hook(count(role))
    model.generate(batch(0, classes=1000))
    assert calls == {"network": 3, "decoder": 1}


def test_the_files_make_the_identity_and_not_their_place(saved, tmp_path):
    copy = shutil.copytree(saved / "ddpm", tmp_path / "copy")
    first = opened(saved / "ddpm").identity
    assert opened(copy).identity == first
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    assert opened(copy).identity != first


def test_what_is_no_pipeline_is_one_sentence(saved, tmp_path):
    with pytest.raises(ModelError, match=r"there is no folder '\./nowhere'"):
        opened("./nowhere")
    with pytest.raises(ModelError, match=r"is no pipeline: it holds no model_index\.json"):
        opened(tmp_path)
    with pytest.raises(UsageError, match=r"revision=main: .* is a folder, which has none"):
        opened(saved / "ddpm", revision="main")
    with pytest.raises(UsageError, match="steps=0 is below 1"):
        opened(saved / "ddpm", steps="0")
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "NoPipeline"}))
    with pytest.raises(ModelError, match=r"the pipeline .* cannot be loaded"):
        opened(tmp_path).generate(batch(0))
    (tmp_path / "model_index.json").write_text("{")
    with pytest.raises(ModelError, match=r"model_index\.json cannot be read"):
        opened(tmp_path)


def test_a_pipeline_that_wants_a_prompt_is_refused(saved, monkeypatch):
    import diffusers

    model = opened(saved / "ddpm")

    def prompted(self, prompt, num_inference_steps=2):
        raise AssertionError("not to be called")

    monkeypatch.setattr(diffusers.DDPMPipeline, "__call__", prompted)
    with pytest.raises(ModelError, match="neither unconditional nor class-conditional: it needs p"):
        model.generate(batch(0))


def test_a_model_that_is_not_in_the_hubs_cache_is_not_looked_for_offline(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="--offline forbids the network"):
        opened("nobody/no-such-model")


@pytest.mark.parametrize("library", ["diffusers", "torch"])
def test_without_the_library_the_command_to_install_it_is_given(monkeypatch, library):
    plain = diffusers_source.find_spec
    monkeypatch.setattr(
        diffusers_source, "find_spec", lambda name: None if name == library else plain(name)
    )
    with pytest.raises(ModelError, match=f"needs {library}, not installed here: pip install"):
        opened("nobody/no-such-model")
    with pytest.raises(ModelError, match=f"needs {library}, not installed here: pip install"):
        open_decoder("diffusers:nobody/vae", scale=None, shift=None, offline=True)


# Decoders


def decoded(saved, **options):
    given = {"scale": None, "shift": None} | options
    found = open_decoder(f"diffusers:{saved / 'dit' / 'vae'}", offline=True, **given)
    return found, found.load(torch.device("cpu"), torch.float32)


def test_a_decoder_of_diffusers_scales_as_its_configuration_says(saved):
    import diffusers

    vae = diffusers.AutoencoderKL.from_pretrained(str(saved / "dit" / "vae"))
    latents = torch.linspace(-1, 1, 2 * 4 * 8 * 8).reshape(2, 4, 8, 8)
    found, decode = decoded(saved)
    _, other = decoded(saved, scale=0.25, shift=0.1)
    with torch.inference_mode():
        assert torch.allclose(decode(latents), vae.decode(latents / 0.5).sample, atol=1e-5)
        assert torch.allclose(other(latents), vae.decode(latents / 0.25 + 0.1).sample, atol=1e-5)
    assert found.identity["scale"] == 0.5


def test_the_encoder_of_a_decoder_is_not_counted(saved):
    _, decode = decoded(saved)
    names = [name for name, _ in decode.named_parameters()]
    assert not [name for name in names if "encoder" in name or ".quant_conv" in name]
    assert [name for name in names if "decoder" in name]


def test_a_decoder_of_another_scale_is_another_one(saved):
    assert decoded(saved)[0].identity != decoded(saved, scale=0.25)[0].identity


def test_a_decoder_that_makes_no_sense_is_refused(saved):
    with pytest.raises(UsageError, match="latent_scale=0: latents are divided by it"):
        open_decoder("python:a:b", scale=0, shift=None, offline=True)
    with pytest.raises(ModelError, match=r"its config\.json cannot be read"):
        open_decoder(f"diffusers:{saved}", scale=None, shift=None, offline=True)

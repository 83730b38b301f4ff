"""The FDr^6 backbones: the real architectures by shape, the arithmetic on small ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from rbench.assets import Asset
from rbench.errors import AssetError
from rbench.metrics.representations import fdr_set
from rbench.metrics.representations.fdr_set import Backbone, pooled, representation
from rbench.metrics.representations.loading_timm import create_timm
from rbench.metrics.representations.representation import Representation

CPU = torch.device("cpu")
NOWHERE = Asset("tiny", "https://localhost/tiny", "none", "the weights of a small model")
MEAN_STD = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
PUBLISHED = [
    (fdr_set.dinov2_l, fdr_set.DINOV2_L),
    (fdr_set.convnextv2_b, fdr_set.CONVNEXTV2_B),
    (fdr_set.mae_l, fdr_set.MAE_L),
    (fdr_set.siglip2_so400m, fdr_set.SIGLIP2_SO400M),
    (fdr_set.clip_l, fdr_set.CLIP_L),
]
TINY_VIT = Backbone("test_vit.r160_in1k", 100, 64, "cls", MEAN_STD, NOWHERE)
TINY_MAP = Backbone("test_vit3.r160_in1k", 128, 96, "attn_pool", MEAN_STD, NOWHERE)
TINY_CONVNEXT = Backbone("test_convnext.r160_in1k", 96, 64, "mean", MEAN_STD, NOWHERE)


def saved(backbone: Backbone, folder: Path) -> tuple[Path, torch.nn.Module]:
    """Save random weights of the model with its classifier; return them and the model without."""
    torch.manual_seed(0)
    whole = timm.create_model(backbone.model, num_classes=10)
    state = {k: torch.randn_like(v) * 0.05 + v for k, v in whole.state_dict().items()}
    save_file({k: v.contiguous() for k, v in state.items()}, folder / "model.safetensors")
    model = timm.create_model(backbone.model, num_classes=0)
    model.load_state_dict(state, strict=False)
    return folder / "model.safetensors", model.eval()


def images(size: int) -> torch.Tensor:
    return torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("function", "backbone"), PUBLISHED, ids=lambda v: getattr(v, "model", ""))
def test_the_real_architecture_gives_the_declared_outputs(
    function: Callable[[], Representation], backbone: Backbone
) -> None:
    declared = function()
    with torch.device("meta"):
        model = create_timm(backbone.model, any_size=backbone.pooling != "mean")
        outputs = pooled(model, backbone.pooling, torch.empty(2, 3, backbone.size, backbone.size))
    assert {k: tuple(v.shape) for k, v in outputs.items()} == {
        k: (2, d) for k, d in declared.outputs.items()
    }
    assert next(iter(outputs)) == next(iter(declared.outputs))


@pytest.mark.parametrize(("function", "backbone"), PUBLISHED, ids=lambda v: getattr(v, "model", ""))
def test_the_steps_and_the_weights_are_those_of_timm(
    function: Callable[[], Representation], backbone: Backbone
) -> None:
    config = timm.get_pretrained_cfg(backbone.model)
    steps = function().preprocess
    assert (steps.mean, steps.std) == (tuple(config.mean), tuple(config.std))
    assert config.interpolation == steps.filter == "bicubic"
    assert f"timm/{backbone.model}" == config.hf_hub_id
    hub = function().assets[0].hub
    assert (hub.repo, hub.path) == (config.hf_hub_id, "model.safetensors")


def test_every_member_of_the_set_is_declared_as_published() -> None:
    for function, backbone in PUBLISHED:
        declared = function()
        assert declared.precision == "bfloat16-autocast"
        assert declared.preprocess.quantise == "none"
        assert declared.preprocess.antialias
        assert declared.preprocess.kernel == "torch"
        assert declared.about["timm"] == backbone.model
    sizes = {b.model.partition(".")[0]: b.size for _, b in PUBLISHED}
    assert sizes == {
        "vit_large_patch14_dinov2": 256,
        "convnextv2_base": 224,
        "vit_large_patch16_224": 224,
        "vit_so400m_patch16_siglip_256": 224,
        "vit_large_patch14_clip_224": 256,
    }


def test_the_real_clip_runs_with_gelu_as_the_published_numbers_do() -> None:
    with torch.device("meta"):
        model = create_timm(fdr_set.CLIP_L.model, any_size=True)
    assert isinstance(model.blocks[0].mlp.act, torch.nn.GELU)


def test_the_class_token_of_a_padded_image_is_that_of_the_model_built_for_it(
    tmp_path: Path,
) -> None:
    path, model = saved(TINY_VIT, tmp_path)
    network, _ = representation("x", TINY_VIT, path).load(CPU, "float32", True)
    outputs = network(images(100))

    # 100 is no multiple of 16: zeros at the bottom and the right up to 112, and the position
    # embedding of 10 x 10 resampled to 7 x 7 with antialias.
    padded = torch.zeros(2, 3, 112, 112)
    padded[:, :, :100, :100] = images(100)
    fixed = timm.create_model("test_vit", num_classes=0, img_size=112, dynamic_img_size=False)
    state = model.state_dict()
    grid = state["pos_embed"][:, 1:].reshape(1, 10, 10, 64).permute(0, 3, 1, 2)
    grid = torch.nn.functional.interpolate(grid, size=(7, 7), mode="bicubic", antialias=True)
    patches = grid.permute(0, 2, 3, 1).reshape(1, 49, 64)
    state["pos_embed"] = torch.cat((state["pos_embed"][:, :1], patches), dim=1)
    fixed.load_state_dict(state)
    with torch.no_grad():
        tokens = fixed.eval().forward_features(padded)
    torch.testing.assert_close(outputs["cls"], tokens[:, 0], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(outputs["mean"], tokens[:, 1:].mean(1), rtol=1e-5, atol=1e-6)


def test_the_class_token_is_after_the_last_norm(tmp_path: Path) -> None:
    path, model = saved(TINY_VIT, tmp_path)
    network, _ = representation("x", TINY_VIT, path).load(CPU, "float32", True)
    with torch.no_grad():
        before = model.forward_intermediates(
            images(160), indices=1, return_prefix_tokens=True, intermediates_only=True
        )[-1][1][:, 0]
        expected = model.norm(before)
    torch.testing.assert_close(network(images(160))["cls"], expected, rtol=1e-5, atol=1e-6)


def test_attention_pooling_is_what_a_model_without_class_token_gives(tmp_path: Path) -> None:
    path, model = saved(TINY_MAP, tmp_path)
    network, _ = representation("x", TINY_MAP, path).load(CPU, "float32", True)
    with torch.no_grad():
        expected = model.attn_pool(model.forward_features(images(160)))
    outputs = network(images(160))
    torch.testing.assert_close(outputs["attn_pool"], expected, rtol=1e-5, atol=1e-6)
    assert not torch.allclose(outputs["attn_pool"], outputs["mean"], atol=1e-2)


def test_a_convolutional_map_is_averaged_before_the_norm_of_the_head(tmp_path: Path) -> None:
    path, model = saved(TINY_CONVNEXT, tmp_path)
    network, _ = representation("x", TINY_CONVNEXT, path).load(CPU, "float32", True)
    with torch.no_grad():
        expected = model.stages(model.stem(images(96))).mean(dim=(2, 3))
        normed = model(images(96))
    mean = network(images(96))["pool"]
    torch.testing.assert_close(mean, expected, rtol=1e-5, atol=1e-6)
    assert not torch.allclose(mean, normed, atol=1e-2)


def test_bfloat16_is_autocast_inside_and_comes_out_as_float32(tmp_path: Path) -> None:
    path, model = saved(TINY_VIT, tmp_path)
    lowered, _ = representation("x", TINY_VIT, path).load(CPU, "bfloat16-autocast", True)
    full, _ = representation("x", TINY_VIT, path).load(CPU, "float32", True)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        expected = model.forward_features(images(160))[:, 0].float()
    found = lowered(images(160))["cls"]
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)
    assert not torch.equal(found, full(images(160))["cls"])


def test_float64_agrees_with_float32_and_is_float64(tmp_path: Path) -> None:
    path, _ = saved(TINY_VIT, tmp_path)
    double, _ = representation("x", TINY_VIT, path).load(CPU, "float64", True)
    single, _ = representation("x", TINY_VIT, path).load(CPU, "float32", True)
    found = double(images(160))["cls"]
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, single(images(160))["cls"].double(), rtol=1e-4, atol=1e-5)


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    path, _ = saved(TINY_VIT, tmp_path)
    with pytest.raises(AssetError, match="small model does not fit"):
        representation("x", TINY_MAP, path).load(CPU, "float32", True)


def test_one_missing_weight_is_refused_by_name(tmp_path: Path) -> None:
    path, model = saved(TINY_VIT, tmp_path)
    state = {k: v for k, v in model.state_dict().items() if k != "blocks.3.mlp.fc1.bias"}
    save_file(state, path)
    with pytest.raises(AssetError, match=r"1 weights are missing.*blocks\.3\.mlp\.fc1\.bias"):
        representation("x", TINY_VIT, path).load(CPU, "float32", True)


def test_offline_without_weights_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("RBENCH_ASSETS", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    with pytest.raises(AssetError, match=r"vit_large_patch16_224\.mae"):
        fdr_set.mae_l().load(CPU, "bfloat16-autocast", True)

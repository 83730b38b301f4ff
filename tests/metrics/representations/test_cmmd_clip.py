"""CMMD's CLIP against transformers', which CMMD's PyTorch port uses."""

import json
from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import save_file

from rbench.errors import AssetError
from rbench.metrics.representations.cmmd_clip import ARCHITECTURE, clip_l14_336, unit_embedding

CPU = torch.device("cpu")
TINY = {
    "embed_dim": 24,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 42, "layers": 3, "width": 128, "patch_size": 14},
    "text_cfg": {"context_length": 8, "vocab_size": 50, "width": 32, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Register a small CLIP with OpenAI's activation; return a file with random weights of it."""
    folder: Path = tmp_path_factory.mktemp("clip")
    (folder / "rbench-tiny-clip.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(folder / "rbench-tiny-clip.json")
    torch.manual_seed(0)
    model = open_clip.create_model("rbench-tiny-clip", pretrained=None)
    state = {
        k: v.detach() + 0.1 * torch.randn_like(v) if v.is_floating_point() else v
        for k, v in model.state_dict().items()
    }
    save_file({k: v.contiguous() for k, v in state.items()}, folder / "model.safetensors")
    return folder / "model.safetensors"


def images() -> torch.Tensor:
    return torch.randn(3, 3, 42, 42, generator=torch.Generator().manual_seed(1))


def of_transformers(state: dict[str, torch.Tensor], activation: str) -> torch.Tensor:
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    width = 128
    peer = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=width,
            intermediate_size=4 * width,
            num_hidden_layers=3,
            num_attention_heads=2,
            image_size=42,
            patch_size=14,
            projection_dim=24,
            hidden_act=activation,
        )
    ).eval()
    theirs = {
        "vision_model.embeddings.class_embedding": state["visual.class_embedding"],
        "vision_model.embeddings.patch_embedding.weight": state["visual.conv1.weight"],
        "vision_model.embeddings.position_embedding.weight": state["visual.positional_embedding"],
        "visual_projection.weight": state["visual.proj"].T,
    }
    for part in ("weight", "bias"):
        theirs[f"vision_model.pre_layrnorm.{part}"] = state[f"visual.ln_pre.{part}"]
        theirs[f"vision_model.post_layernorm.{part}"] = state[f"visual.ln_post.{part}"]
        for i in range(3):
            ours, layer = f"visual.transformer.resblocks.{i}", f"vision_model.encoder.layers.{i}"
            for k, name in enumerate(("q_proj", "k_proj", "v_proj")):
                theirs[f"{layer}.self_attn.{name}.{part}"] = state[f"{ours}.attn.in_proj_{part}"][
                    k * width : (k + 1) * width
                ]
            for here, there in (
                ("attn.out_proj", "self_attn.out_proj"),
                ("ln_1", "layer_norm1"),
                ("ln_2", "layer_norm2"),
                ("mlp.c_fc", "mlp.fc1"),
                ("mlp.c_proj", "mlp.fc2"),
            ):
                theirs[f"{layer}.{there}.{part}"] = state[f"{ours}.{here}.{part}"]
    missing, unexpected = peer.load_state_dict(theirs, strict=False)
    assert not unexpected and all("position_ids" in name for name in missing)
    with torch.no_grad():
        embedding = peer(pixel_values=images()).image_embeds
    return embedding / embedding.norm(dim=-1, keepdim=True)


def test_the_unit_embedding_is_that_of_the_port_with_quickgelu(tiny: Path) -> None:
    from safetensors.torch import load_file

    network, about = unit_embedding("x", "rbench-tiny-clip", 24, 42, tiny).load(
        CPU, "float32", True
    )
    found = network(images())["unit"]
    assert found.shape == (3, 24)
    torch.testing.assert_close(found.norm(dim=-1), torch.ones(3), rtol=1e-6, atol=1e-6)
    state = load_file(tiny)
    torch.testing.assert_close(found, of_transformers(state, "quick_gelu"), rtol=1e-4, atol=1e-5)
    assert (found - of_transformers(state, "gelu")).abs().max() > 1e-3
    assert about.sha256 is not None


def test_the_declared_dimension_and_size_are_those_of_the_real_architecture() -> None:
    config = open_clip.get_model_config(ARCHITECTURE)
    declared = clip_l14_336()
    assert declared.outputs == {"unit": config["embed_dim"]}
    assert declared.preprocess.size == config["vision_cfg"]["image_size"]
    assert config["quick_gelu"] is True


def test_the_asset_and_normalisation_are_those_of_openai_in_open_clip() -> None:
    config = open_clip.get_pretrained_cfg(ARCHITECTURE, "openai")
    declared = clip_l14_336()
    assert declared.assets[0].address.startswith(f"hf://{config['hf_hub'].rstrip('/')}@")
    assert (declared.preprocess.mean, declared.preprocess.std) == (config["mean"], config["std"])


def test_the_steps_are_those_of_cmmd() -> None:
    steps = clip_l14_336().preprocess
    assert (steps.crop, steps.kernel, steps.filter, steps.antialias, steps.size) == (
        "center-square",
        "pillow",
        "bicubic",
        True,
        336,
    )


def test_weights_that_lack_a_layer_are_refused(tiny: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    state = {k: v for k, v in load_file(tiny).items() if k != "visual.ln_post.bias"}
    save_file(state, tmp_path / "partial.safetensors")
    partial = unit_embedding("x", "rbench-tiny-clip", 24, 42, tmp_path / "partial.safetensors")
    with pytest.raises(AssetError, match=r"visual\.ln_post\.bias"):
        partial.load(CPU, "float32", True)


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "page.safetensors").write_bytes(b"<html>not found</html>")
    broken = unit_embedding("x", "rbench-tiny-clip", 24, 42, tmp_path / "page.safetensors")
    with pytest.raises(AssetError, match="OpenAI's weights"):
        broken.load(CPU, "float32", True)

"""open_clip models by name: what they declare, and the embedding against `encode_image`."""

import json
from pathlib import Path
from typing import Any

import open_clip
import pytest
import torch
from safetensors.torch import save_file

from rbench.errors import AssetError, UsageError
from rbench.metrics.representations.open_clip_models import open_clip_model

CPU = torch.device("cpu")
NAME = "rbench-tiny-open-clip"
TEXT = {"context_length": 8, "vocab_size": 50, "width": 32, "heads": 2, "layers": 1}
VISION = {"image_size": 28, "layers": 2, "width": 64, "patch_size": 14}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("open_clip")
    config = {"embed_dim": 24, "vision_cfg": VISION, "text_cfg": TEXT}
    (folder / f"{NAME}.json").write_text(json.dumps(config))
    open_clip.add_model_config(folder / f"{NAME}.json")
    torch.manual_seed(0)
    model = open_clip.create_model(NAME, pretrained=None)
    state = {k: v.detach() + 0.1 * torch.randn_like(v) for k, v in model.state_dict().items()}
    save_file({k: v.contiguous() for k, v in state.items()}, folder / "model.safetensors")
    return folder / "model.safetensors"


def known_as(monkeypatch: pytest.MonkeyPatch, **entry: Any) -> None:
    """Let open_clip know weights of the small model under the tag ``mine``."""
    config = {
        "hf_hub": "someone/tiny/",
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "interpolation": "bicubic",
        "resize_mode": "shortest",
        **entry,
    }
    monkeypatch.setattr(
        open_clip, "get_pretrained_cfg", lambda a, t: config if (a, t) == (NAME, "mine") else {}
    )


@pytest.mark.parametrize("quick_gelu", [False, True])
def test_the_embedding_is_encode_image_with_the_activation_of_the_weights(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, quick_gelu: bool
) -> None:
    known_as(monkeypatch, quick_gelu=quick_gelu)
    own = open_clip_model(f"open_clip/{NAME}/mine", weights=tiny)
    network, _ = own.load(CPU, "float32", True)
    model = open_clip.create_model(NAME, pretrained=str(tiny), force_quick_gelu=quick_gelu).eval()
    images = torch.randn(3, 3, 28, 28, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = model.encode_image(images)
        unit = model.encode_image(images, normalize=True)
    outputs = network(images)
    torch.testing.assert_close(outputs["embedding"], expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(outputs["unit"], unit, rtol=1e-6, atol=1e-6)
    assert own.outputs == {"embedding": 24, "unit": 24}
    assert own.about["quick_gelu"] is quick_gelu


def test_openai_weights_run_with_quickgelu_under_either_name() -> None:
    for name in ("open_clip/ViT-B-32/openai", "open_clip/ViT-B-32-quickgelu/openai"):
        assert open_clip_model(name).about["quick_gelu"] is True
    assert open_clip_model("open_clip/ViT-B-32/laion2b_s34b_b79k").about["quick_gelu"] is False


def test_the_declaration_is_that_of_the_weights() -> None:
    own = open_clip_model("open_clip/ViT-B-32/laion2b_s34b_b79k")
    hub = open_clip.get_pretrained_cfg("ViT-B-32", "laion2b_s34b_b79k")["hf_hub"].rstrip("/")
    assert own.outputs == {"embedding": 512, "unit": 512}
    assert own.assets[0].address == f"hf://{hub}@main/open_clip_model.safetensors"
    assert (own.preprocess.size, own.preprocess.crop) == (224, "center-square")


def test_weights_that_were_trained_on_squashed_images_get_them() -> None:
    steps = open_clip_model("open_clip/ViT-B-16-SigLIP/webli").preprocess
    assert (steps.crop, steps.mean) == ("none", (0.5, 0.5, 0.5))


@pytest.mark.parametrize("name", ["ViT-B-32", "ViT-B-32/", "ViT-B-33/openai", "ViT-B-32/nope"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no pretrained model 'ViT-B-3"):
        open_clip_model(f"open_clip/{name}")


def test_offline_without_weights_the_first_address_is_named(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_as(monkeypatch)
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("RBENCH_ASSETS", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    with pytest.raises(AssetError, match=r"someone/tiny.*open_clip_model\.safetensors"):
        open_clip_model(f"open_clip/{NAME}/mine").load(CPU, "float32", True)


def test_a_repository_that_holds_only_the_old_file_is_taken(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file

    known_as(monkeypatch)
    mirror = tmp_path / "mirror"
    folder = mirror / f"weights/open-clip/{NAME}.mine"
    folder.mkdir(parents=True)
    torch.save(load_file(tiny), folder / "open_clip_pytorch_model.bin")
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RBENCH_ASSETS", str(mirror))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    network, about = open_clip_model(f"open_clip/{NAME}/mine").load(CPU, "float32", True)
    assert about.source.endswith("open_clip_pytorch_model.bin")
    assert network(torch.zeros(1, 3, 28, 28))["unit"].shape == (1, 24)

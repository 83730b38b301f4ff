"""DINOv2 at 224: torch.hub's position embedding, and the network against another implementation."""

from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from rbench.errors import AssetError
from rbench.metrics.representations.dinov2 import (
    DGM_EVAL_PREPROCESS,
    class_token_network,
    dinov2_l,
    hub_position_embedding,
)

CPU = torch.device("cpu")
MODEL = "vit_small_patch14_dinov2.lvd142m"


def embedding(n: int = 37, dimension: int = 5) -> torch.Tensor:
    return torch.randn(1, 1 + n * n, dimension, generator=torch.Generator().manual_seed(0))


def cubic_weights(n: int, side: int, offset: float) -> np.ndarray:
    """(side, n): cubic interpolation with a = -0.75, borders repeated, by its definition."""

    def cubic(x: float) -> float:
        a, x = -0.75, abs(x)
        if x <= 1:
            return (a + 2) * x**3 - (a + 3) * x**2 + 1
        return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0

    weights = np.zeros((side, n))
    for i in range(side):
        centre = (i + 0.5) * n / (side + offset) - 0.5
        first = int(np.floor(centre))
        for j in range(first - 1, first + 3):
            weights[i, min(max(j, 0), n - 1)] += cubic(centre - j)
    return weights


def test_the_position_embedding_is_interpolated_as_the_hub_does() -> None:
    given = embedding()
    w = cubic_weights(37, 16, 0.1)
    grid = given[0, 1:].double().numpy().reshape(37, 37, 5)
    expected = np.einsum("ai,bj,ijd->abd", w, w, grid).reshape(256, 5)
    found = hub_position_embedding(given, 16)
    assert found.shape == (1, 257, 5)
    assert torch.equal(found[:, 0], given[:, 0])
    np.testing.assert_allclose(found[0, 1:], expected, rtol=0, atol=2e-5)


def test_the_offset_and_the_missing_antialias_each_make_another_embedding() -> None:
    from timm.layers import resample_abs_pos_embed

    given = embedding()
    found = hub_position_embedding(given, 16)
    w = cubic_weights(37, 16, 0.0)
    grid = given[0, 1:].double().numpy().reshape(37, 37, 5)
    without_offset = np.einsum("ai,bj,ijd->abd", w, w, grid).reshape(256, 5)
    assert np.abs(found[0, 1:].numpy() - without_offset).max() > 0.1
    of_timm = resample_abs_pos_embed(given, new_size=[16, 16], num_prefix_tokens=1)
    assert (found - of_timm).abs().max() > 0.1


def test_an_embedding_of_the_wanted_size_is_left_alone() -> None:
    given = embedding(16)
    assert hub_position_embedding(given, 16) is given


def test_an_embedding_that_is_no_square_is_refused() -> None:
    with pytest.raises(AssetError, match="11 patches"):
        hub_position_embedding(torch.zeros(1, 12, 3), 16)


def random_state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    state = timm.create_model(MODEL, num_classes=0).state_dict()
    return {k: v + 0.02 * torch.randn_like(v) for k, v in state.items()}


def by_definition(state: dict[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """DINOv2's class token in plain arithmetic: pre-norm blocks with layer scale, exact GELU."""

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        x = x - x.mean(dim=-1, keepdim=True)
        x = x / (x.square().mean(dim=-1, keepdim=True) + 1e-6).sqrt()
        return x * state[f"{name}.weight"] + state[f"{name}.bias"]

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]

    count, _, side, _ = images.shape
    n, width, heads = side // 14, 384, 6
    cut = images.reshape(count, 3, n, 14, n, 14).permute(0, 2, 4, 1, 3, 5)
    weight = state["patch_embed.proj.weight"].reshape(width, -1)
    x = cut.reshape(count, n * n, -1) @ weight.T + state["patch_embed.proj.bias"]
    x = torch.cat((state["cls_token"].expand(count, -1, -1), x), dim=1)
    x = x + hub_position_embedding(state["pos_embed"].float(), n).double()
    for i in range(12):
        block = f"blocks.{i}"
        q, k, v = (
            t.reshape(count, -1, heads, width // heads).transpose(1, 2)
            for t in linear(norm(x, f"{block}.norm1"), f"{block}.attn.qkv").split(width, dim=-1)
        )
        weights = (q @ k.transpose(-1, -2) / (width // heads) ** 0.5).softmax(dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(count, -1, width)
        x = x + state[f"{block}.ls1.gamma"] * linear(mixed, f"{block}.attn.proj")
        hidden = linear(norm(x, f"{block}.norm2"), f"{block}.mlp.fc1")
        hidden = hidden * (1 + torch.erf(hidden / 2**0.5)) / 2
        x = x + state[f"{block}.ls2.gamma"] * linear(hidden, f"{block}.mlp.fc2")
    return norm(x, "norm")[:, 0]


def test_the_network_is_dinov2_by_its_definition() -> None:
    state = random_state()
    images = torch.randn(2, 3, 56, 56, generator=torch.Generator().manual_seed(1))
    expected = by_definition({k: v.double() for k, v in state.items()}, images.double())
    network = class_token_network(MODEL, state, 56, 14, CPU, "float64")
    torch.testing.assert_close(network(images)["cls"], expected, rtol=1e-9, atol=1e-9)


def test_the_authors_own_checkpoint_is_taken_too() -> None:
    state = random_state()
    images = torch.randn(1, 3, 56, 56, generator=torch.Generator().manual_seed(1))
    of_timm = class_token_network(MODEL, state, 56, 14, CPU, "float32")(images)["cls"]
    theirs = state | {"mask_token": torch.zeros(1, 384)}
    of_authors = class_token_network(MODEL, theirs, 56, 14, CPU, "float32")(images)["cls"]
    assert torch.equal(of_timm, of_authors)


def test_the_real_architecture_at_224_gives_1024() -> None:
    with torch.device("meta"):
        model = timm.create_model("vit_large_patch14_dinov2", num_classes=0, img_size=224)
        tokens = model.forward_features(torch.empty(2, 3, 224, 224))
    assert tokens.shape == (2, 257, dinov2_l().dimension("cls"))


def test_the_two_evaluators_differ_in_the_resize_alone() -> None:
    edm2, dgm_eval = dinov2_l().preprocess, DGM_EVAL_PREPROCESS
    assert (edm2.kernel, dgm_eval.kernel) == ("torch", "pillow")
    different = {k for k, v in edm2.to_json().items() if dgm_eval.to_json()[k] != v}
    assert different == {"kernel"}
    assert (edm2.size, edm2.crop, edm2.quantise) == (224, "none", "round")


def test_a_file_without_position_embedding_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(AssetError, match="no pos_embed"):
        dinov2_l(weights=tmp_path / "other.safetensors").load(CPU, "float32", True)

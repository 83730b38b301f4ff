"""timm models by name against `timm.create_model` with the same weights."""

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from rbench.errors import UsageError
from rbench.metrics.representations.timm_models import timm_model

CPU = torch.device("cpu")
SMALL = ["test_vit.r160_in1k", "test_resnet.r160_in1k", "test_efficientnet.r160_in1k"]
# Their position tables are computed, not stored, so they cannot come from a file.
WITH_TABLES = ["test_maxvit.untrained", "test_coatnet.untrained"]


def saved(name: str, folder: Path) -> tuple[Path, torch.nn.Module]:
    torch.manual_seed(0)
    whole = timm.create_model(name)
    save_file(
        {k: v.contiguous() for k, v in whole.state_dict().items()}, folder / "model.safetensors"
    )
    model = timm.create_model(name, num_classes=0)
    model.load_state_dict(whole.state_dict(), strict=False)
    return folder / "model.safetensors", model.eval()


@pytest.mark.parametrize("name", SMALL)
def test_features_are_those_of_the_model_without_classifier(name: str, tmp_path: Path) -> None:
    path, model = saved(name, tmp_path)
    own = timm_model(f"timm/{name}", weights=path)
    network, about = own.load(CPU, "float32", True)
    size = own.preprocess.size
    images = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = model(images)
    found = network(images)["pool"]
    assert found.shape == (2, own.dimension("pool"))
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-7)
    assert about.sha256 is not None


@pytest.mark.parametrize("name", WITH_TABLES)
def test_tables_that_no_file_holds_are_computed(name: str, tmp_path: Path) -> None:
    from rbench.metrics.representations.loading_timm import load_timm_file

    path, model = saved(name, tmp_path)
    images = torch.randn(1, 3, 160, 160, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        found = load_timm_file(name, path, "the weights").eval()(images)
        torch.testing.assert_close(found, model(images), rtol=1e-6, atol=1e-7)


def test_a_name_without_tag_says_which_weights_it_means() -> None:
    own = timm_model("timm/resnet50")
    tag = timm.get_pretrained_cfg("resnet50").tag
    assert own.name == f"timm/resnet50.{tag}"
    assert own.assets[0].address == f"hf://timm/resnet50.{tag}@main/model.safetensors"
    assert own.outputs == {"pool": 2048}


def test_preprocessing_is_that_of_the_weights() -> None:
    config = timm.get_pretrained_cfg("vit_base_patch16_siglip_256.webli")
    steps = timm_model("timm/vit_base_patch16_siglip_256.webli").preprocess
    assert (steps.size, steps.filter) == (256, config.interpolation)
    assert (steps.mean, steps.std) == (tuple(config.mean), tuple(config.std))
    assert steps.antialias


@pytest.mark.parametrize("name", ["vgg16.tv_in1k", "mobilenetv3_small_100.lamb_in1k"])
def test_the_declared_dimension_is_what_the_real_architecture_gives(name: str) -> None:
    own = timm_model(f"timm/{name}")
    size = own.preprocess.size
    assert size is not None
    with torch.device("meta"):
        model = timm.create_model(name, num_classes=0).eval()
        assert model(torch.empty(2, 3, size, size)).shape == (2, own.dimension("pool"))


def test_an_unknown_name_is_refused_with_a_hint() -> None:
    with pytest.raises(UsageError, match=r"no pretrained model 'resnet5O\.a1_in1k'; did you mean"):
        timm_model("timm/resnet5O.a1_in1k")
    with pytest.raises(UsageError, match=r"'resnet50\.nope'"):
        timm_model("timm/resnet50.nope")


def test_an_architecture_that_nobody_trained_is_refused() -> None:
    with pytest.raises(UsageError, match="no weights of test_maxvit"):
        timm_model("timm/test_maxvit.untrained")

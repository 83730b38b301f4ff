"""Training a model of the image zoo again, for a few steps."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from rbench.errors import DataError
from rbench.tasks.digits import Digits
from rbench.zoo import consistency, diffusion, digits_classifier, flow, meanflow
from rbench.zoo.checkpoint import load_checkpoint, read_about
from rbench.zoo.command import main
from rbench.zoo.image_zoo import IMAGE_MODELS, find_model
from rbench.zoo.training import Training, train
from rbench.zoo.training_images import training_images, training_labels

MODELS = {
    "flow-digits": flow.FLOW_DIGITS,
    "meanflow-digits": meanflow.MEANFLOW_DIGITS,
    "diffusion-digits": diffusion.DIFFUSION_DIGITS,
    "consistency-digits": consistency.CONSISTENCY_DIGITS,
}


@pytest.mark.parametrize("name", MODELS)
def test_the_command_trains_a_model_and_two_times_the_same(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = [tmp_path / f"{i}.safetensors" for i in range(2)]
    for path in written:
        main([MODELS[name]], [name, "--steps", "3", "--out", str(path)])
    assert str(written[1]) in capsys.readouterr().out
    assert written[0].read_bytes() == written[1].read_bytes()
    assert read_about(written[0])["steps"] == "3"
    assert read_about(written[0])["command"] == f"python -m {_module(name)} {name}"
    load_checkpoint(written[0], MODELS[name].build())


def _module(name: str) -> str:
    return IMAGE_MODELS[name].partition(":")[0]


@pytest.mark.parametrize("name", ["flow-fashion", "meanflow-fashion"])
def test_the_models_of_larger_images_learn_one_image(name: str) -> None:
    model, times = find_model(name), 1 if name == "flow-fashion" else 2
    torch.manual_seed(0)
    x, e = torch.rand(1, 1, 28, 28) * 2 - 1, torch.randn(16, 1, 28, 28)

    def error(network: nn.Module) -> float:
        with torch.no_grad():
            found = network((x + e) / 2, *[torch.full((16,), 0.5)] * times)
        return float((found - (e - x)).square().mean())

    network = model.build()
    before = error(network)
    trained = train(network, model.loss, x, Training(steps=60, batch=16, rate=0.02, average=0.9))
    assert error(trained) < 0.2 * before
    assert all(not p.requires_grad for p in trained.parameters())


def test_training_starts_from_the_diffusion_model(tmp_path: Path) -> None:
    path = tmp_path / "tuned.safetensors"
    main([MODELS["consistency-digits"]], ["consistency-digits", "--steps", "1", "--out", str(path)])
    tuned = load_file(path)
    fresh = MODELS["diffusion-digits"].build()
    start = {k: v.clone() for k, v in fresh.state_dict().items()}
    assert (tuned["body.last.weight"].float() - start["body.last.weight"]).abs().max() > 0.01


def test_the_average_of_the_weights_is_kept_and_the_loss_falls() -> None:
    class Mean(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.value = nn.Parameter(torch.zeros(1, 2, 2))

    def loss(network: Mean, x: Tensor, done: float, generator: torch.Generator) -> Tensor:
        shares.append(done)
        return (network.value - x).square().mean()

    shares: list[float] = []
    images = torch.full((5, 1, 2, 2), 0.5)
    network = Mean()
    kept = train(network, loss, images, Training(steps=400, batch=3, rate=0.05, average=0.9))
    torch.testing.assert_close(kept.value, images[0], rtol=0, atol=1e-3)
    assert kept is not network and not kept.training
    assert shares[0] == 0 and shares[200] == 0.5 and shares[-1] < 1


def test_models_learn_from_the_training_split_alone() -> None:
    images = training_images("digits")
    real = Digits.real_sets(None)
    assert len(images) == len(real["train"].labels or ()) == len(training_labels("digits"))
    assert images.shape[1:] == (1, 8, 8) and images.min() == -1 and images.max() == 1
    first = next(iter(real["train"].open())).pixels[:, :, 0]
    torch.testing.assert_close(images[0, 0], torch.from_numpy(first) / 127.5 - 1)


def test_missing_training_images_are_said(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        training_images("fashion-mnist", tmp_path)


def test_the_classifier_trains_for_a_few_steps(tmp_path: Path) -> None:
    path = tmp_path / "classifier.safetensors"
    digits_classifier.main(["--steps", "2", "--out", str(path)])
    load_checkpoint(path, digits_classifier.DigitsClassifier())

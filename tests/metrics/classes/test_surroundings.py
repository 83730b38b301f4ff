"""Inside a training loop: nothing around the metric changes, and nothing around it changes it."""

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import numpy as np
import pytest
import torch

from rbench.metrics.classes import FrechetDistance, KernelDistance
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import Representation
from tests.metrics.classes.samples import WIDTH, digits, network, numbers, small


@contextmanager
def default_dtype() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


def measured(batch: torch.Tensor, representation: Representation | None = None) -> list[float]:
    metric = FrechetDistance(representation or small())
    metric.update(batch[:70], real=True).update(batch[70:], real=False)
    return numbers(metric)


@pytest.mark.parametrize(
    "around",
    [
        torch.inference_mode(),
        torch.no_grad(),
        torch.enable_grad(),
        torch.autocast("cpu", dtype=torch.bfloat16),
        default_dtype(),
    ],
    ids=["inference", "no-grad", "grad", "autocast", "default-dtype"],
)
def test_the_caller_s_modes_do_not_change_the_bits(around: AbstractContextManager[object]) -> None:
    representation = small()
    expected = measured(digits()[:200], representation)
    with around:
        assert measured(digits()[:200], representation) == expected


def test_images_that_need_gradients_are_taken_without_them() -> None:
    images = (digits()[:200].float() / 255).requires_grad_()
    assert measured(images) == measured(digits()[:200])
    assert images.grad is None


def test_the_user_s_network_keeps_its_flags_and_its_buffers() -> None:
    module = network()
    module[4].eval()
    for parameter in module[0].parameters():
        parameter.requires_grad_(False)
    flags = [part.training for part in module.modules()]
    learning = [p.requires_grad for p in module.parameters()]
    before = {name: values.clone() for name, values in module.state_dict().items()}
    metric = FrechetDistance(of_callable(module, WIDTH, Preprocess(size=None)))
    metric.update(digits()[:50], real=True).update(digits()[50:100], real=False).compute()
    assert [part.training for part in module.modules()] == flags
    assert [p.requires_grad for p in module.parameters()] == learning
    assert all(torch.equal(values, before[name]) for name, values in module.state_dict().items())


def test_no_random_state_is_touched() -> None:
    torch.manual_seed(3)
    np.random.seed(3)
    random.seed(3)
    expected = torch.rand(1).item(), np.random.rand(), random.random()
    torch.manual_seed(3)
    np.random.seed(3)
    random.seed(3)
    metric = KernelDistance(small(), estimator="subsets", subsets=3, subset_size=20)
    metric.update(digits()[:50], real=True).update(digits()[50:100], real=False).compute()
    assert (torch.rand(1).item(), np.random.rand(), random.random()) == expected


def test_gradients_still_flow_around_the_metric() -> None:
    weight = torch.tensor(0.5, requires_grad=True)
    images = digits()[:40].float() / 255 * weight
    FrechetDistance(small()).update(images, real=False)
    images.sum().backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None

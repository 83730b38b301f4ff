"""Global settings of torch: what they are while features are computed, and that they come back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from rbench.metrics.representations.exact_arithmetic import exact_arithmetic

CPU = torch.device("cpu")


def operations() -> list[Any]:
    cudnn: Any = torch.backends.cudnn
    mkldnn: Any = torch.backends.mkldnn
    return [cudnn.conv, cudnn.rnn, mkldnn.conv, mkldnn.matmul, torch.backends.cuda.matmul]


def settings() -> list[object]:
    return [
        *(operation.fp32_precision for operation in operations()),
        torch.backends.cudnn.deterministic,
        torch.backends.cudnn.benchmark,
        torch.is_inference_mode_enabled(),
        torch.is_autocast_enabled("cpu"),
    ]


@pytest.fixture
def restored() -> Iterator[None]:
    before = settings()
    yield
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.benchmark = False
    for operation, precision in zip(operations(), before, strict=False):
        operation.fp32_precision = precision
    assert settings() == before


def by_the_first_interface() -> None:
    torch.set_float32_matmul_precision("medium")


def by_cuda() -> None:
    torch.backends.cuda.matmul.allow_tf32 = True


def by_both_interfaces() -> None:
    torch.set_float32_matmul_precision("high")
    torch.backends.cuda.matmul.fp32_precision = "ieee"


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("choose", [by_the_first_interface, by_cuda, by_both_interfaces])
def test_float32_is_full_inside_and_settings_come_back(choose: Callable[[], None]) -> None:
    choose()
    torch.backends.cudnn.benchmark = True
    before = settings()
    with pytest.raises(KeyError), exact_arithmetic(CPU, "float32"):
        inside = settings()
        raise KeyError
    assert inside == ["ieee"] * 5 + [True, False, True, False]
    assert settings() == before


def test_bfloat16_is_for_those_who_ask() -> None:
    x = torch.eye(3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        with exact_arithmetic(CPU, "float32"):
            assert (x @ x).dtype == torch.float32
        with exact_arithmetic(CPU, "bfloat16-autocast"):
            assert (x @ x).dtype == torch.bfloat16
        assert (x @ x).dtype == torch.bfloat16

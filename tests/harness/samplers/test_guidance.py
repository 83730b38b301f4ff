"""Classifier-free guidance by doubled batches."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from rbench.errors import UsageError
from rbench.harness.samplers.ddim import Ddim
from rbench.harness.samplers.edm_heun import EdmHeun
from rbench.harness.samplers.euler import Euler
from rbench.harness.samplers.guidance import guide
from rbench.harness.samplers.heun import Heun
from rbench.harness.samplers.network import Network
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import NETWORKS, SIGNAL, Counting, start

NULL = 9
CASES = [
    (Euler(steps=4), "velocity"),
    (Euler(steps=4), "x"),
    (Heun(steps=4), "velocity"),
    (EdmHeun(steps=4), "denoised"),
    (Ddim(steps=4), "noise"),
]


def with_guidance(sampler: Any, **options: Any) -> Any:
    return replace(sampler, null_label=NULL, **options)


def test_a_guided_call_mixes_both_answers_and_has_twice_the_rows() -> None:
    seen: list[Any] = []

    def function(z: torch.Tensor, t: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        seen.append((t.tolist(), labels.tolist()))
        return z * labels.reshape(-1, 1, 1, 1)

    z = start().normal("start")
    network = guide(Network(function, "velocity"), scale=3.0, null_label=NULL)
    labels = torch.tensor([0, 1, 2, 0])
    found = network.predict(z, (0.5,), labels)
    assert seen == [([0.5] * 8, [0, 1, 2, 0, NULL, NULL, NULL, NULL])]
    mixed = NULL + 3 * (labels - NULL)
    assert torch.allclose(found, z * mixed.reshape(-1, 1, 1, 1), atol=1e-14)


@pytest.mark.parametrize(("sampler", "network"), CASES)
def test_samples_of_a_scale_are_those_of_the_mean_that_it_implies(
    sampler: Any, network: str
) -> None:
    """All predictions are affine in the class mean: guidance by w moves it to null + w (y - null).

    Numbers of classes stand for the means, so class and null are one network without guidance.
    """
    begun = start(labels=True)
    assert begun.labels is not None
    guided = with_guidance(sampler, guidance=1.5).sample(NETWORKS[network], begun)
    plain_labels = NULL + 1.5 * (begun.labels.double() - NULL)
    moved = Network(
        lambda z, *given: NETWORKS[network].function(z, *given[:-1], plain_labels),
        NETWORKS[network].predicts,
        signal=SIGNAL,
    )
    assert torch.allclose(guided, sampler.sample(moved, begun), atol=1e-9)


@pytest.mark.parametrize(("sampler", "network"), CASES)
def test_a_scale_of_one_runs_the_network_once(sampler: Any, network: str) -> None:
    counting = Counting(NETWORKS[network])
    begun = start(labels=True)
    found = with_guidance(sampler, guidance=1.0).sample(counting.counted(), begun)
    assert set(counting.rows) == {4}
    assert torch.equal(found, sampler.sample(NETWORKS[network], begun))


@pytest.mark.parametrize(
    ("sampler", "network", "interval", "rows"),
    [
        (Euler(steps=4), "velocity", (0.5, 0.75), [4, 8, 8, 4]),
        (Euler(steps=4), "velocity", (None, 0.5), [4, 4, 8, 8]),
        (Euler(steps=4), "velocity", (0.5, None), [8, 8, 8, 4]),
        (Heun(steps=3), "velocity", (0.9, 1.0), [8, 4, 4, 4, 4]),
        (Ddim(steps=4), "noise", (250.0, 500.0), [4, 8, 8, 4]),
        (EdmHeun(steps=2, sigma_min=1.0, sigma_max=9.0), "denoised", (0.0, 2.0), [4, 8, 8]),
    ],
)
def test_outside_of_the_interval_the_network_runs_once(
    sampler: Any, network: str, interval: Any, rows: list[int]
) -> None:
    counting = Counting(NETWORKS[network])
    low, high = interval
    guided = with_guidance(sampler, guidance=2.0, guidance_low=low, guidance_high=high)
    guided.sample(counting.counted(), start(labels=True))
    assert counting.rows == rows


def test_the_interval_is_in_the_samplers_time_for_a_turned_network() -> None:
    turned = Network(gaussian.turned(gaussian.velocity, -1), "velocity", data_at=1)
    begun = start(labels=True)
    sampler = with_guidance(Euler(steps=10), guidance=2.0, guidance_low=0.3, guidance_high=0.7)
    one, other = (sampler.sample(n, begun) for n in (NETWORKS["velocity"], turned))
    assert torch.allclose(one, other, atol=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Euler(guidance=4.0), "guidance=4 needs null_label"),
        (
            lambda: Ddim(guidance=2.0, null_label=9, guidance_low=0.8, guidance_high=0.1),
            "guidance_low=0.8 is above guidance_high=0.1",
        ),
        (
            lambda: Euler(guidance=4.0, null_label=9).sample(NETWORKS["velocity"], start()),
            "guidance=4 needs labels",
        ),
    ],
)
def test_bad_guidance_is_one_sentence(make: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make()

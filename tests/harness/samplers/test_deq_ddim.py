"""DEQ-DDIM: the fixed point is DDIM's chain."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from rbench.errors import UsageError
from rbench.harness.samplers.ddim import Ddim
from rbench.harness.samplers.ddim_steps import ddim_steps
from rbench.harness.samplers.deq_ddim import DeqDdim
from tests.harness.samplers import gaussian
from tests.harness.samplers.gaussian import NETWORKS, SIGNAL, Counting, start, wide

MIX = torch.randn(18, 18, generator=torch.Generator().manual_seed(1)).double() / 12


def bent(z: torch.Tensor, t: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
    """Noise of a network that mixes the pixels and is not linear."""
    further = torch.tanh(z.flatten(1) @ MIX.to(z.dtype)).reshape(z.shape)
    return gaussian.noise(z, t, labels).to(z.dtype) + further * torch.sqrt(1 - wide(SIGNAL[t]))


NETWORK = replace(NETWORKS["noise"], function=bent)


@pytest.mark.parametrize("steps", [1, 2, 5, 10])
@pytest.mark.parametrize("spacing", ["uniform", "trailing", "quadratic"])
def test_as_many_plain_iterations_as_steps_are_ddim(steps: int, spacing: Any) -> None:
    begun = start(labels=True)
    sequential = Ddim(steps=steps, spacing=spacing).sample(NETWORK, begun)
    sampler = DeqDdim(steps=steps, spacing=spacing, method="plain", tolerance=0.0)
    found, report = sampler.solve(NETWORK, begun)
    assert torch.allclose(found, sequential, rtol=0, atol=1e-11)
    assert report.iterations == report.states


def test_one_plain_iteration_too_few_is_not_ddim() -> None:
    sequential = Ddim(steps=10).sample(NETWORK, start())
    sampler = DeqDdim(steps=10, method="plain", tolerance=0.0, max_iterations=9)
    assert (sampler.sample(NETWORK, start()) - sequential).abs().max() > 1e-6


def test_the_fixed_point_stays_where_it_is() -> None:
    sampler = DeqDdim(steps=10, method="plain", tolerance=1e-12, max_iterations=30)
    _, report = sampler.solve(NETWORK, start())
    assert report.iterations == 11 and max(report.residuals[-1]) < 1e-12


@pytest.mark.parametrize("steps", [50, 100])
@pytest.mark.parametrize("tolerance", [1e-3, 1e-6])
def test_anderson_is_ddim_to_the_tolerance_with_fewer_calls(steps: int, tolerance: float) -> None:
    sampler = DeqDdim(steps=steps, tolerance=tolerance, max_iterations=steps, regularisation=1e-10)
    found, report = sampler.solve(NETWORK, start())
    sequential = Ddim(steps=steps).sample(NETWORK, start())
    assert all(report.converged) and report.iterations < 0.7 * steps
    relative = (found - sequential).flatten(1).norm(dim=1) / sequential.flatten(1).norm(dim=1)
    assert float(relative.max()) < 10 * tolerance


def test_float32_sums_do_not_lose_the_samples() -> None:
    """x_T / sqrt(a_T) is 150 times larger than the samples."""
    begun = start(dtype=torch.float32)
    sampler = DeqDdim(steps=20, spacing="trailing", method="plain", tolerance=0.0)
    single = sampler.sample(NETWORK, begun)
    assert single.dtype == torch.float32
    assert torch.allclose(single.double(), sampler.sample(NETWORK, start()), atol=5e-5)


def test_all_states_of_all_samples_are_one_call_an_iteration() -> None:
    counting = Counting(NETWORK)
    DeqDdim(steps=10, tolerance=0.0, max_iterations=4).sample(counting.counted(), start())
    assert counting.rows == [40] * 4


def test_chunks_only_part_the_calls() -> None:
    counting = Counting(NETWORK)
    begun = start(labels=True)
    options = {"steps": 10, "tolerance": 0.0, "max_iterations": 2}
    parted = DeqDdim(**options, chunk=16).sample(counting.counted(), begun)  # type: ignore[arg-type]
    assert counting.rows == [16, 16, 8] * 2
    whole = DeqDdim(**options).sample(NETWORK, begun)  # type: ignore[arg-type]
    assert torch.allclose(parted, whole, atol=1e-12)


def test_the_paper_stops_anderson_after_fifteen_iterations() -> None:
    _, report = DeqDdim(steps=30, tolerance=0.0).solve(NETWORK, start())
    assert report.iterations == 15 and report.converged == (False,) * 4
    assert len(report.residuals) == 15 and len(report.residuals[0]) == 4


def test_one_system_for_all_states_comes_closer_to_ddim_than_one_for_each() -> None:
    sequential = Ddim(steps=50).sample(NETWORK, start())
    far = {
        mixed: float(
            (
                DeqDdim(steps=50, mixed=mixed, tolerance=0.0).sample(NETWORK, start()) - sequential
            ).norm()
        )
        for mixed in ("sample", "state")
    }
    assert far["sample"] < 0.8 * far["state"]


def test_mixing_each_state_by_itself_is_the_authors_iteration() -> None:
    """Their `anderson`, written again with numpy, on all states of one sample."""
    steps, m = 8, 3
    given = DeqDdim(steps=steps, mixed="state", history=m, tolerance=0.0, max_iterations=6)
    chain = ddim_steps(NETWORK, steps, "uniform")
    noise = start([0]).normal("start")
    function = given._function(NETWORK, chain, noise, None)
    xs = [noise.unsqueeze(1).expand(-1, steps, -1, -1, -1)]
    fs = [function(xs[0])]
    for k in range(1, 6):
        if k == 1:
            mixture = fs[0]
        else:
            rows, found = [], min(k, m)
            for t in range(steps):
                x, f = (
                    torch.stack([v[0, t].flatten() for v in values[-found:]]) for values in (xs, fs)
                )
                gap = f - x
                bordered = torch.ones(found + 1, found + 1, dtype=torch.float64)
                bordered[0, 0] = 0
                bordered[1:, 1:] = gap @ gap.T + 1e-3 * torch.eye(found).double()
                right = torch.zeros(found + 1, dtype=torch.float64)
                right[0] = 1
                rows.append(torch.linalg.solve(bordered, right)[1:] @ f)
            mixture = torch.stack(rows).reshape(xs[0].shape)
        xs.append(mixture)
        fs.append(function(mixture))
    assert torch.allclose(given.sample(NETWORK, start([0])), fs[-1][:, -1], atol=1e-9)


def test_a_sample_stops_by_its_own_residual() -> None:
    """Whatever stands beside it, a sample is the same to rounding."""
    sampler = DeqDdim(steps=30, tolerance=1e-2)
    together = sampler.sample(NETWORK, start(range(8)))
    alone = torch.cat([sampler.sample(NETWORK, start([i])) for i in range(8)])
    assert torch.allclose(together, alone, atol=1e-9)
    _, report = sampler.solve(NETWORK, start(range(8)))
    first = [next(k for k, row in enumerate(report.residuals) if row[i] <= 1e-2) for i in range(8)]
    assert len(set(first)) > 1  # or the test would show nothing


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"steps": 0}, "steps=0 is less than 1"),
        ({"history": 0}, "history=0 is less than 1"),
        ({"max_iterations": 0}, "max_iterations=0 is less than 1"),
        ({"chunk": 0}, "chunk=0 is less than 1"),
        ({"tolerance": -1.0}, "tolerance=-1.0 is not a number from 0 up"),
        ({"regularisation": 0.0}, "regularisation=0.0 is not a number above 0"),
        ({"mixing": 0.0}, "mixing=0.0 is not a number above 0"),
    ],
)
def test_bad_options_are_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        DeqDdim(**options)

"""Fixed points, plain and with Anderson mixing."""

import pytest
import torch

from rbench.harness.samplers.anderson import Anderson
from rbench.harness.samplers.fixed_point import find_fixed_point, plain

GENERATOR = torch.Generator().manual_seed(3)
MATRIX = torch.randn(6, 6, generator=GENERATOR, dtype=torch.float64)
MATRIX = 0.9 * MATRIX / torch.linalg.matrix_norm(MATRIX, 2)
OFFSET = torch.randn(5, 6, generator=GENERATOR, dtype=torch.float64)
SOLUTION = torch.linalg.solve(torch.eye(6).double() - MATRIX, OFFSET.T).T


def linear(x: torch.Tensor) -> torch.Tensor:
    return (x.flatten(1) @ MATRIX.T + OFFSET[: len(x)]).reshape(x.shape)


@pytest.mark.parametrize("shape", [(5, 6), (5, 2, 3)])
def test_a_linear_map_in_six_dimensions_is_solved_by_seven_evaluations(
    shape: tuple[int, ...],
) -> None:
    """With a history of all of them Anderson is GMRES: seven residuals of six dimensions."""
    found = find_fixed_point(
        linear, torch.zeros(shape).double(), Anderson(8, 1e-15), tolerance=1e-8, max_iterations=50
    )
    assert found.iterations <= 8 and all(found.converged)
    assert torch.allclose(found.value.reshape(5, 6), SOLUTION, atol=1e-7)


def test_the_next_state_minimises_the_residual_of_the_mixture() -> None:
    states = torch.randn(3, 2, 4, generator=GENERATOR, dtype=torch.float64)
    values = torch.randn(3, 2, 4, generator=GENERATOR, dtype=torch.float64)
    anderson = Anderson(history=3, regularisation=1e-12, mixing=0.7)
    for state, value in zip(states, values, strict=True):
        found = anderson(state, value)
    for n in range(2):
        gap = (values - states)[:, n]
        # sum(alpha) = 1 by elimination of the last share
        free = torch.linalg.lstsq((gap[:2] - gap[2]).T, -gap[2][:, None]).solution.squeeze(1)
        alpha = torch.cat([free, 1 - free.sum(0, keepdim=True)])
        wanted = 0.7 * alpha @ values[:, n] + 0.3 * alpha @ states[:, n]
        assert torch.allclose(found[n], wanted, atol=1e-8)


def test_rows_of_two_leading_dimensions_are_mixed_each_by_itself() -> None:
    states = torch.randn(4, 3, 2, 5, generator=GENERATOR, dtype=torch.float64)
    values = torch.randn(4, 3, 2, 5, generator=GENERATOR, dtype=torch.float64)
    together, parts = Anderson(leading=2), [[Anderson() for _ in range(2)] for _ in range(3)]
    for state, value in zip(states, values, strict=True):
        found = together(state, value)
        wanted = [
            [parts[n][t](state[n, t, None], value[n, t, None])[0] for t in range(2)]
            for n in range(3)
        ]
        assert torch.allclose(found, torch.stack([torch.stack(row) for row in wanted]), atol=1e-12)
    assert not torch.allclose(found, Anderson()(states[-1], values[-1]), atol=1e-3)


def test_one_remembered_iteration_is_plain_iteration() -> None:
    first = torch.zeros(5, 6).double()
    one, other = (
        find_fixed_point(linear, first, propose, tolerance=0.0, max_iterations=9)
        for propose in (plain, Anderson(history=1))
    )
    assert torch.allclose(one.value, other.value, atol=1e-13)


def test_anderson_needs_fewer_evaluations_than_plain_iteration() -> None:
    first = torch.zeros(5, 6).double()
    counts = [
        find_fixed_point(linear, first, p, tolerance=1e-6, max_iterations=500).iterations
        for p in (Anderson(5, 1e-12), plain)
    ]
    assert 2 * counts[0] < counts[1]


def test_an_answer_stands_once_its_sample_has_converged() -> None:
    """The first sample is at its fixed point; the second never comes there."""
    calls: list[torch.Tensor] = []

    def function(x: torch.Tensor) -> torch.Tensor:
        calls.append(x)
        return torch.stack([x[0] if len(calls) == 1 else x[0] + 1, x[1] + 1])

    found = find_fixed_point(
        function, torch.ones(2, 3).double(), plain, tolerance=0.0, max_iterations=4
    )
    assert torch.equal(found.value, torch.tensor([[1.0] * 3, [5.0] * 3]).double())
    assert found.converged == (True, False) and found.iterations == 4


def test_zero_is_a_fixed_point() -> None:
    found = find_fixed_point(
        lambda x: 0 * x, torch.zeros(2, 3), plain, tolerance=1e-3, max_iterations=9
    )
    assert found.iterations == 1 and found.converged == (True, True)
    assert found.residuals == ((0.0, 0.0),)

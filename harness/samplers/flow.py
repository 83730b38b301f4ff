"""Velocity and average velocity of a flow, whatever its network predicts.

z_t = (1 - t) x + t e for data x and noise e, with dz/dt = v = e - x (expected, given z_t).
A network that predicts x has v = (z - x) / t; MeanFlow's average velocity from t to r < t is
u = (z_t - z_r) / (t - r), and of a pixel MeanFlow's x it is (z - x) / t.

A network with data at time 1 has s = 1 - t, so that its velocities have the other sign.

Lipman et al. 2022, "Flow Matching for Generative Modeling" (arXiv 2210.02747); Geng et al. 2025,
"Mean Flows for One-step Generative Modeling" (2505.13447); "pixel MeanFlow" (2601.22158).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rbench.harness.samplers.network import Network

if TYPE_CHECKING:
    import torch


def velocity(
    network: Network,
    z: "torch.Tensor",
    t: float,
    labels: "torch.Tensor | None",
    *,
    smallest_time: float,
) -> "torch.Tensor":
    """Return dz/dt at time t, (n, c, h, w).

    `network` predicts the velocity, or x: then z - x is divided by max(t, `smallest_time`), and
    one of the two must be above 0.
    """
    found = network.predict(z, (network.own_time(t),), labels)
    if network.predicts == "x":
        return (z - found) / max(t, smallest_time)
    return -found if network.data_at == 1 else found


def mean_flow_step(
    network: Network,
    z: "torch.Tensor",
    t: float,
    r: float,
    labels: "torch.Tensor | None",
    *,
    smallest_time: float,
    extra: Mapping[str, Any] | None = None,
) -> "torch.Tensor":
    """Return z_r = z_t - (t - r) u(z_t, r, t), (n, c, h, w).

    `network` predicts the average velocity or, of pixel MeanFlow, x.
    """
    found = network.predict(z, (network.own_time(r), network.own_time(t)), labels, extra)
    if network.predicts == "x":
        # Not z - (t - r) * u: the last step must return the prediction to the bit.
        share = (t - r) / max(t, smallest_time)
        return (1 - share) * z + share * found
    return z + (t - r) * found if network.data_at == 1 else z - (t - r) * found

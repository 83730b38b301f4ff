"""The four scores from all pairs, by differences in float64."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.metrics.manifold import SCORES, manifold_scores

Matrix = npt.NDArray[Any]


def squared_distances(x: Matrix, y: Matrix) -> npt.NDArray[np.float64]:
    x, y = x.astype(np.float64), y.astype(np.float64)
    return np.stack([((row - y) ** 2).sum(axis=1) for row in x])


def squared_radii(x: Matrix, k: int) -> npt.NDArray[np.float64]:
    distances = squared_distances(x, x)
    np.fill_diagonal(distances, np.inf)
    radii: npt.NDArray[np.float64] = np.sort(distances, axis=1)[:, k - 1]
    return radii


def brute_force(real: Matrix, fake: Matrix, k: int, ball: str) -> dict[str, float]:
    across = squared_distances(real, fake)
    inside = np.less_equal if ball == "<=" else np.less
    in_real = inside(across, squared_radii(real, k)[:, None])
    in_fake = inside(across, squared_radii(fake, k)[None, :])
    return {
        "precision": int(in_real.any(axis=0).sum()) / len(fake),
        "recall": int(in_fake.any(axis=1).sum()) / len(real),
        "density": int(in_real.sum()) / (k * len(fake)),
        "coverage": int(in_real.any(axis=1).sum()) / len(real),
    }


def scores(real: Any, fake: Any, **options: Any) -> dict[str, float]:
    result = manifold_scores(real, fake, **options)
    return {name: float(getattr(result, name)) for name in SCORES}

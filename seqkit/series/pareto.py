"""The generalised Pareto distribution of what exceeds a high level."""

import numpy as np

_POINTS = 100
_ROUNDS = 6


def fit_pareto(excesses: np.ndarray) -> tuple[float, float]:
    """Find the shape γ and scale σ of greatest likelihood.

        P(Y > y) = (1 + γ y / σ)^(-1/γ)        exp(-y / σ) for γ = 0

    For a given θ = γ/σ the best shape is γ(θ) = mean of ln(1 + θ y), so only θ has to
    be looked for (Grimshaw): above -1/max(y), on a grid that is refined about its best
    point. Shapes under -1 have no greatest likelihood and are left out.

    Args:
        excesses: Shape (n,), positive.

    Returns:
        γ and σ.

    Example:
        >>> y = 2 * (np.random.default_rng(0).uniform(size=5000) ** -0.25 - 1) / 0.25
        >>> shape, scale = fit_pareto(y)
        >>> round(shape, 1), round(scale, 1)
        (0.3, 2.0)

    Reference:
        Grimshaw 1993, Computing Maximum Likelihood Estimates for the Generalized Pareto
        Distribution; Siffer et al. 2017, section 3.2.
    """
    excesses = np.asarray(excesses, np.float64)
    unit = excesses.mean()
    y = excesses / unit

    def likelihood(theta: np.ndarray) -> np.ndarray:
        shape = np.log1p(theta[:, None] * y).mean(axis=1)
        nearly_zero = np.abs(theta) < 1e-8
        scale = np.where(nearly_zero, 1.0, shape / np.where(nearly_zero, 1.0, theta))
        return np.where(shape > -1, -np.log(scale) - shape - 1, -np.inf)

    # 1 + θ max(y) runs evenly in its logarithm, through θ = 0.
    low, high = -20.0, np.log1p(1e4 * y.max())
    for _ in range(_ROUNDS):
        grid = np.linspace(low, high, _POINTS)
        theta = np.expm1(grid) / y.max()
        best = int(np.argmax(likelihood(theta)))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, _POINTS - 1)]
    shape = float(np.log1p(theta[best] * y).mean())
    scale = shape / theta[best] if abs(theta[best]) >= 1e-8 else 1.0
    return shape, float(scale * unit)

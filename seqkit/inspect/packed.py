"""A trace as data for a page: few enough numbers, each in two bytes."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqkit.inspect.record import LayerTrace

MOST_NUMBERS = 1_400_000  # in a page: below 4 MB
Labels = Sequence[str] | Mapping[str, Sequence[str]] | None


def packed(array: np.ndarray) -> dict[str, str]:
    """Return numbers `(time, units)` as text: shares of the greatest of each step.

    The shares are half-precision numbers, so that each is within 0.05 % of what it was,
    but for those below 1/16,000 of the greatest of their step, which are within one
    part in 16 million of that.

    Example:
    >>> text = packed(np.array([[0.5, -2.0]]))
    >>> unpacked(text, 2).tolist()
    [[0.5, -2.0]]
    """
    array = np.asarray(array, "float32")
    scale = np.max(np.abs(array), axis=1, initial=0, where=np.isfinite(array))
    shares = np.divide(array, np.where(scale > 0, scale, 1)[:, None])
    return {"shares": _text(shares, "<f2"), "scale": _text(scale, "<f4")}


def unpacked(text: Mapping[str, str], units: int) -> np.ndarray:
    """Return what `packed` made text of: what the page does, for tests."""
    shares = np.frombuffer(base64.b64decode(text["shares"]), "<f2")
    scale = np.frombuffer(base64.b64decode(text["scale"]), "<f4")
    return shares.reshape(-1, units).astype("float32") * scale[:, None]


def _text(array: np.ndarray, dtype: str) -> str:
    with np.errstate(over="ignore"):
        return base64.b64encode(array.astype(dtype).tobytes()).decode("ascii")


def chosen_units(arrays: Sequence[np.ndarray], most: int) -> np.ndarray:
    """Return which units to show of arrays `(time, units)`: those that move most.

    A unit's movement is its standard deviation over time, in parts of the greatest of
    each array, added up over the arrays.

    Example: of three units, the two that move.
    >>> still, moving = np.zeros((4, 1)), np.arange(4.0)[:, None]
    >>> chosen_units([np.hstack([moving, still, 2 * moving])], 2).tolist()
    [0, 2]
    """
    width = arrays[0].shape[1]
    if width <= most:
        return np.arange(width)
    movement = np.zeros(width)
    for array in arrays:
        finite = array[np.isfinite(array).all(axis=1)]
        deviation = finite.std(axis=0) if len(finite) else np.zeros(width)
        movement += deviation / max(deviation.max(), np.finfo("float32").tiny)
    order = np.argsort(-movement, kind="stable")
    return np.sort(order[:most])


class Shown:
    """What a page shows of a layer: one row of the batch, without the products.

    Args:
        layer: the layer's trace.
        row: which row.

    Attributes:
        groups: by how many units they have, the kinds, names, values and gradients.
    """

    def __init__(self, layer: LayerTrace, row: int) -> None:
        self.layer, self.row = layer, row
        self.time = len(layer.inputs[row])
        self.groups: dict[int, list] = {}
        gradients = layer.gradients
        of_loss: list = [None for _ in layer.items()]
        if gradients is not None:
            of_loss = [array for _, _, array in gradients.items()]
        for (kind, name, array), slopes in zip(layer.items(), of_loss, strict=True):
            if kind == "product":
                continue
            values = array[row].reshape(self.time, -1)
            if slopes is not None:
                slopes = slopes[row].reshape(self.time, -1)
            group = self.groups.setdefault(values.shape[1], [])
            group.append((kind, name, values, slopes))

    def numbers(self, most: int) -> int:
        """Return how many numbers there are with so many units of each quantity."""
        return self.time * sum(
            min(width, most) * (1 + (slopes is not None))
            for width, group in self.groups.items()
            for _, _, _, slopes in group
        )

    def data(self, most: int, tokens: Sequence[str] | None, units: Any) -> dict:
        """Return it as data for the page, with so many units of each quantity."""
        layer, quantities = self.layer, []
        for width, group in self.groups.items():
            chosen = chosen_units([values for _, _, values, _ in group], most)
            names = [str(k) for k in chosen]
            if units is not None and len(units) == width:
                names = [str(units[k]) for k in chosen]
            for kind, name, values, slopes in group:
                quantity = {
                    "kind": kind,
                    "name": name,
                    "width": width,
                    "units": names,
                    "values": packed(values[:, chosen]),
                }
                if slopes is not None:
                    quantity["gradients"] = packed(slopes[:, chosen])
                quantities.append(quantity)
        order = [(kind, name) for kind, name, _ in layer.items()]
        quantities.sort(key=lambda each: order.index((each["kind"], each["name"])))
        valid = None if layer.valid is None else layer.valid[self.row].tolist()
        return {
            "name": layer.name,
            "network": layer.network,
            "backwards": layer.go_backwards,
            "time": self.time,
            "tokens": None if tokens is None else list(map(str, tokens)),
            "valid": valid,
            "quantities": quantities,
        }


def most_units(shown: Sequence[Shown]) -> int:
    """Return how many units of each quantity a page can hold.

    Raises:
        ValueError: it cannot even hold one.
    """
    widest = max(width for each in shown for width in each.groups)
    fitting = range(widest, 0, -1)
    for most in fitting:
        if sum(each.numbers(most) for each in shown) <= MOST_NUMBERS:
            return most
    steps = max(each.time for each in shown)
    raise ValueError(
        f"`trace` must have at most {MOST_NUMBERS:,} numbers with one unit of each "
        f"quantity, got more in {steps:,} time steps; trace a shorter part."
    )

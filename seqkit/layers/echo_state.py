"""The echo state layer, and the readout in closed form."""

from typing import Any

import keras
import numpy as np

from seqkit.cells import checks
from seqkit.cells.echo_state import EchoStateCell
from seqkit.layers.base import LayerOverCell, RecurrentLayer

ROWS = 32  # sequences run at once


@keras.saving.register_keras_serializable("seqkit")
class EchoState(RecurrentLayer):
    """Echo state network: a fixed reservoir, h = (1 − a) h + a f(W x + U h + b).

    With `output_units` the layer has a linear readout, to be trained by `fit_readout`,
    or by gradients as any layer; without, its output is the state.

    Example: a sine is what it was one step ago, turned a little.
    >>> keras.utils.set_random_seed(0)
    >>> sine = np.sin(0.2 * np.arange(301.0))[None, :, None]
    >>> layer = EchoState(50, output_units=1, return_sequences=True)
    >>> layer.fit_readout(sine[:, :200], sine[:, 1:201], washout=50)
    >>> forecast = np.asarray(layer(sine[:, :-1]))
    >>> bool(np.abs(forecast - sine[:, 1:])[:, 200:].max() < 0.01)
    True

    Reference: H. Jaeger, "The 'echo state' approach to analysing and training recurrent
    neural networks", GMD report 148, 2001.
    """

    cell_class = EchoStateCell

    def fit_readout(
        self,
        sequences: Any,
        targets: Any,
        ridge: float = 1e-6,
        washout: int = 0,
        mask: Any = None,
    ) -> None:
        """Set the readout to the ridge regression of targets on states and inputs.

            V, d = argmin Σ ‖y_t − V [h_t, x_t] − d‖² + ridge ‖V‖²

        over all sequences and steps, solved in closed form, in float64. No gradient is
        computed, and the reservoir stays as it is.

        Args:
            sequences: array `(n, time, features)`.
            targets: array `(n, time, output_units)`, or `(n, output_units)` for the
                last step alone.
            ridge: positive number, the weight of the penalty.
            washout: how many steps of each sequence to leave out at its start, before
                the state has forgotten that it began at zero.
            mask: booleans `(n, time)`; a step where it is False is left out.

        Raises:
            ValueError: the layer has no readout, or an argument does not fit.
        """
        if self.output_units is None:
            raise ValueError(
                f"`output_units` of {self.name!r} must be given to fit a readout, "
                "got None."
            )
        x = checks.array("sequences", sequences, 3)
        y = checks.array("targets", targets, None)
        ridge = checks.positive("ridge", ridge)
        mask = mask if mask is None else checks.array("mask", mask, 2) != 0
        counted = self._counted(x, y, washout, mask)
        if not self.built:
            self.build(x.shape)
        columns = self.units + x.shape[-1] + 1
        products = np.zeros((columns, columns))
        with_targets = np.zeros((columns, y.shape[-1]))
        for start in range(0, len(x), ROWS):
            rows = slice(start, start + ROWS)
            seen = self._emissions(x[rows], mask if mask is None else mask[rows])
            features = np.append(seen, np.ones((*seen.shape[:2], 1)), axis=-1)
            if y.ndim == 3:
                chosen, wanted = features[counted[rows]], y[rows][counted[rows]]
            else:
                chosen, wanted = features[:, -1], y[rows]
            products += chosen.T @ chosen
            with_targets += chosen.T @ wanted
        penalty = np.full(columns, ridge)
        if self.use_bias:
            penalty[-1] = 0.0
        else:
            products, with_targets = products[:-1, :-1], with_targets[:-1]
            penalty = penalty[:-1]
        solution = np.linalg.solve(products + np.diag(penalty), with_targets)
        kernel = solution[:-1] if self.use_bias else solution
        self.cell.output_kernel.assign(kernel)
        if self.use_bias:
            self.cell.output_bias.assign(solution[-1])

    def _counted(self, x: Any, y: Any, washout: int, mask: Any) -> np.ndarray:
        """Return which steps count, `(n, time)`."""
        outputs = self.output_units
        if y.shape not in ((*x.shape[:2], outputs), (x.shape[0], outputs)):
            raise ValueError(
                f"`targets` must have the shape {(*x.shape[:2], outputs)} or "
                f"{(x.shape[0], outputs)}, got {y.shape}."
            )
        valid = np.ones(x.shape[:2], bool) if mask is None else mask
        if valid.shape != x.shape[:2]:
            raise ValueError(
                f"`mask` must have the shape {x.shape[:2]}, got {valid.shape}."
            )
        washout = checks.natural_number("washout", washout)
        if y.ndim == 2 and washout:
            raise ValueError(
                "`washout` must be 0 where the targets are those of the last step, "
                f"got {washout}."
            )
        counted = valid & (np.cumsum(valid, axis=1) > washout)
        if not counted.any():
            raise ValueError(
                f"`washout` must leave some of the {x.shape[1]} steps, got {washout}."
            )
        return counted

    def _emissions(self, x: np.ndarray, mask: Any) -> np.ndarray:
        """Return the states and inputs of all steps, `(n, time, units + features)`."""
        cell = _WithoutReadout.from_config(self.cell.get_config())
        every = LayerOverCell(cell, return_sequences=True, dtype="float32")
        every.build(x.shape)
        for name in ("kernel", "recurrent_kernel", "bias"):
            if getattr(cell, name) is not None:
                getattr(cell, name).assign(getattr(self.cell, name))
        inputs = [keras.Input(x.shape[1:]), keras.Input(x.shape[1:2], dtype="bool")]
        model = keras.Model(inputs, every(inputs[0], mask=inputs[1]))
        valid = np.ones(x.shape[:2], bool) if mask is None else mask
        found = model.predict_on_batch([x.astype("float32"), valid])
        return np.asarray(found, "float64")


class _WithoutReadout(EchoStateCell):
    """Gives what the readout sees."""

    @property
    def output_size(self) -> int:
        return self.units + self.kernel.shape[0]

    def readout(self, emission: Any) -> Any:
        return emission

"""Output feedback as a layer: with targets, with a mixture, or free."""

from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.output_feedback import OutputFeedbackCell
from seqkit.layers import arguments
from seqkit.layers.rnn import RNN
from seqkit.layers.wrapper import LayerOverLayer


@keras.saving.register_keras_serializable("seqkit")
class OutputFeedback(LayerOverLayer):
    """A layer whose output is read off the one inside, and comes back as its input.

        o_t = layer([x_t, s_t]),    y_t = g(V o_t + d),    s_{t+1} = v_t

    The options are those of the layer inside, where none are given. With one set of
    weights, what comes back, v_t, is

    - the target, where `targets` are given (teacher forcing);
    - in training then, with the probability `sampling`, at each step and for each row
      by itself, the output y_t (scheduled sampling);
    - the output where no targets are given (free running).

    Args:
        sampling: probability in [0, 1] of the output in place of the target. It can be
            set between epochs: `layer.sampling = 0.5`.
        seed: integer that fixes when outputs come in place of targets.

    Where there is no input, a feature of zeros will do.

    Call arguments:
        targets: tensor `(batch, time, outputs)`, or None.

    Example: two kinds of call, one set of weights, and what follows a given beginning.
    >>> from seqkit.layers import LSTM
    >>> layer = OutputFeedback(LSTM(8, return_sequences=True), readout=2)
    >>> x, y = np.zeros((4, 6, 1), "float32"), np.ones((4, 6, 2), "float32")
    >>> layer(x, targets=y).shape, layer(x).shape
    (TensorShape([4, 6, 2]), TensorShape([4, 6, 2]))
    >>> layer.generate(3, seed=y).shape
    TensorShape([4, 3, 2])

    Reference: S. Bengio et al., "Scheduled sampling for sequence prediction with
    recurrent neural networks", NeurIPS 2015 (arXiv 1506.03099); and those of the cell.
    """

    cell_class = OutputFeedbackCell

    def __init__(
        self,
        layer: Any,
        readout: Any,
        decay: Any = None,
        normalized: bool = False,
        sampling: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            layer=layer, readout=readout, decay=decay, normalized=normalized, **kwargs
        )
        self._sampling = Rate("sampling", sampling)
        self.seed = checks.seed(seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        self._free = RNN(self.cell, return_sequences=True)

    @property
    def readout(self) -> keras.layers.Dense:
        """The dense layer that gives the output."""
        return self.cell.dense

    @property
    def sampling(self) -> float:
        """The probability of the output in place of the target, in training."""
        return self._sampling.value

    @sampling.setter
    def sampling(self, value: float) -> None:
        self._sampling.assign(value)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
        targets: Any = None,
    ) -> Any:
        """Run the cell over the sequence."""
        return self._call(sequences, initial_state, mask, training, targets=targets)

    def _run(
        self,
        sequences: Any,
        states: list,
        mask: Any,
        training: bool,
        targets: Any = None,
    ) -> tuple[Any, list]:
        """Return the output, every step's or the last one, and the last states."""
        if targets is not None:
            sequences = self._with_targets(sequences, targets, training)
        return super()._run(sequences, states, mask, training)

    def _with_targets(self, sequences: Any, targets: Any, training: bool) -> Any:
        """Return the cell's inputs: x, the targets, and where not to use them."""
        wanted = (*sequences.shape[:2], self.readout.units)
        targets = self._array("targets", targets, wanted)
        shape = (*ops.shape(targets)[:2], 1)
        unused = ops.zeros(shape, self.compute_dtype)
        if training:
            drawn = keras.random.uniform(shape, seed=self.seed_generator)
            unused = ops.cast(drawn < self._sampling.tensor, self.compute_dtype)
        return ops.concatenate([sequences, targets, unused], axis=-1)

    def generate(
        self,
        steps: int,
        seed: Any = None,
        inputs: Any = None,
        initial_state: Any = None,
    ) -> Any:
        """Return the outputs that follow a beginning, each fed by the one before.

        Args:
            steps: how many.
            seed: the beginning, `(batch, time, outputs)`; None for none.
            inputs: x of the beginning and of the steps to come, `(batch, time + steps,
                features)`; zeros where it is None.
            initial_state: the states before the beginning; the first ones if None.

        Returns:
            Tensor `(batch, steps, outputs)`.

        Raises:
            ValueError: an argument has a wrong shape, or there is nothing to tell the
                size of the batch.
        """
        steps = checks.positive_integer("steps", steps)
        outputs, features = self.readout.units, self.cell.features if self.built else 1
        if seed is not None:
            seed = self._array("seed", seed, (None, None, outputs))
        if inputs is not None:
            features = features if self.built else None
            inputs = self._array("inputs", inputs, (None, None, features))
        known = next((a for a in (seed, inputs) if a is not None), None)
        if known is None and initial_state is None:
            raise ValueError("`generate` needs a `seed`, `inputs` or `initial_state`.")
        if known is None:
            known = keras.tree.flatten(initial_state)[0]
        batch, before = ops.shape(known)[0], 0 if seed is None else seed.shape[1]
        if inputs is None:
            inputs = ops.zeros((batch, before + steps, features), self.compute_dtype)
        if inputs.shape[1] != before + steps:
            raise ValueError(
                f"`inputs` must have {before + steps} steps: those of the seed and "
                f"those to come, got {inputs.shape[1]}."
            )
        if not self.built:
            self.build(inputs.shape)
        states = self._free._first_states(inputs, initial_state)
        if before:
            fed = self._with_targets(inputs[:, :before], seed, training=False)
            _, states = self._free._run(fed, states, None, False)
        return self._free._run(inputs[:, before:], states, None, False)[0]

    def _array(self, name: str, value: Any, wanted: tuple) -> Any:
        """Return a tensor in the compute dtype, if it has the shape that is wanted."""
        value = value.to_tensor() if hasattr(value, "row_lengths") else value
        value = arguments.real(self.name, name, value, self.compute_dtype)
        arguments.check_shape(self.name, name, value, wanted)
        return value


class Rate:
    """A probability that graphs read as it is when they run.

    Args:
        name: what an error calls it.
        value: a number in [0, 1].
    """

    def __init__(self, name: str, value: float) -> None:
        self.name = name
        self.tensor = keras.Variable(self._checked(value), trainable=False, name=name)

    @property
    def value(self) -> float:
        """The number."""
        return round(float(ops.convert_to_numpy(self.tensor.value)), 6)

    def assign(self, value: float) -> None:
        """Set the number."""
        self.tensor.assign(self._checked(value))

    def _checked(self, value: Any) -> float:
        return checks.probability(self.name, value)

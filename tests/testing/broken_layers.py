"""Layers that are each broken in one way, for the contract to reject."""

import keras
import tensorflow as tf
from keras import ops

from seqkit.cells import SimpleRNNCell
from seqkit.layers import SimpleRNN

registered = keras.saving.register_keras_serializable("broken")


@registered
class DropsMask(SimpleRNN):
    def call(self, sequences, initial_state=None, mask=None, training=False):
        return super().call(sequences, initial_state, None, training)


@registered
class LosesMask(SimpleRNN):
    """The mask does its work here, but does not reach the next layer."""

    def compute_mask(self, _, mask):
        return None


@registered
class LeavesMaskToKeras(SimpleRNN):
    """The mask reaches the next layer where that of Keras's RNN does."""

    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)
        self.supports_masking = keras.layers.RNN(self.cell).supports_masking


@registered
class LeaksNaN(SimpleRNN):
    """Values under the mask are thrown away after use: their gradient is not."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        return keras.layers.RNN.call(self, sequences, initial_state, mask, training)


@registered
class TakesMaskedRowsToZero(SimpleRNN):
    """A row that is all masked ends at zero, not at its initial state."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        result = super().call(sequences, initial_state, mask, training)
        if mask is None or not self.return_state:
            return result
        some = ops.any(ops.convert_to_tensor(mask), axis=1)[:, None]
        return [result[0], ops.where(some, result[1], 0.0)]


@registered
class CutsMask(SimpleRNN):
    """A mask that is too long is cut, one with another axis is none."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if mask is not None:
            mask = ops.convert_to_tensor(mask)
            mask = mask[:, : sequences.shape[1]] if mask.ndim == 2 else None
        return super().call(sequences, initial_state, mask, training)


@registered
class ForgetsOneState(SimpleRNN):
    """States of one row are taken for none."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if initial_state is not None and initial_state[0].shape[0] == 1:
            initial_state = None
        return super().call(sequences, initial_state, mask, training)


@registered
class PeeksAhead(SimpleRNN):
    def call(self, sequences, initial_state=None, mask=None, training=False):
        sequences = ops.convert_to_tensor(sequences)
        ahead = ops.concatenate([sequences[:, 1:], sequences[:, -1:]], axis=1)
        return super().call(ahead, initial_state, mask, training)


@registered
class IgnoresPast(SimpleRNN):
    """Every step starts from the initial state."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        sequences = ops.convert_to_tensor(sequences)
        batch, time = sequences.shape[:2]
        states = initial_state or self.get_initial_state(batch)
        steps = [self.cell(sequences[:, t], states)[0] for t in range(time)]
        return [ops.stack(steps, axis=1), steps[-1]]


@registered
class ForgetsArgument(SimpleRNN):
    def get_config(self):
        config = super().get_config()
        del config["recurrent_initializer"]
        return config


@registered
class ForgetsValue(SimpleRNN):
    def get_config(self):
        return {**super().get_config(), "seed": None}


@registered
class StopsGradientCell(SimpleRNNCell):
    def step(self, drive, states, dot):
        return super().step(drive, [ops.stop_gradient(states[0])], dot)


@registered
class StopsGradient(SimpleRNN):
    """Automatic differentiation agrees with itself: only the slope tells."""

    cell_class = StopsGradientCell


@registered
class ScalesGradient(SimpleRNN):
    """The values are right; the loop's own backward pass is not."""

    def call(self, *args, **kwargs):
        @tf.custom_gradient
        def wrong(x):
            return tf.identity(x), lambda d: 1.01 * d

        return keras.tree.map_structure(wrong, super().call(*args, **kwargs))


@registered
class ClampsDropout(SimpleRNN):
    def __init__(self, units, dropout=0.0, **kwargs):
        super().__init__(units=units, dropout=min(max(dropout, 0.0), 0.9), **kwargs)


@registered
class DropsEachStep(SimpleRNN):
    """A new dropout mask at every step."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if training and self.dropout:
            noise = self.cell.seed_generator
            sequences = keras.random.dropout(sequences, self.dropout, seed=noise)
        return super().call(sequences, initial_state, mask, False)


@registered
class NeverDrops(SimpleRNN):
    def call(self, sequences, initial_state=None, mask=None, training=False):
        return super().call(sequences, initial_state, mask, False)


@registered
class DropsEachStepOfState(SimpleRNN):
    """A new recurrent dropout mask at every step."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        h = (initial_state or self.get_initial_state(sequences.shape[0]))[0]
        outputs = []
        for t in range(sequences.shape[1]):
            rate, seed = self.recurrent_dropout, self.cell.seed_generator
            dropped = keras.random.dropout(h, rate, seed=seed) if training else h
            h = self.cell(sequences[:, t], [dropped], training=False)[0]
            outputs.append(h)
        return [ops.stack(outputs, axis=1), h]


@registered
class StepsOtherwise(SimpleRNN):
    """One step at a time, it is another network."""

    def step(self, inputs, states):
        output, states = super().step(inputs, states)
        return 1.01 * output, states


@registered
class BeginsOtherwise(SimpleRNN):
    """What it says to begin with is not what it begins with."""

    def initial_state(self, batch_size):
        return [state + 1.0 for state in super().initial_state(batch_size)]


@registered
class LosesState(SimpleRNN):
    """Stateful in name."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if self.stateful:
            self.reset_state()
        return super().call(sequences, initial_state, mask, training)


@registered
class ResetsToZero(SimpleRNN):
    def reset_state(self, states=None):
        super().reset_state()


@registered
class IgnoresDirection(SimpleRNN):
    def call(self, *args, **kwargs):
        backwards, self.go_backwards = self.go_backwards, False
        try:
            return super().call(*args, **kwargs)
        finally:
            self.go_backwards = backwards


@registered
class LeavesOutRemainder(SimpleRNN):
    """Unrolled by a factor, it never takes the steps that are left over."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if self.unroll > 1:
            steps = sequences.shape[1] // self.unroll * self.unroll
            sequences = sequences[:, :steps]
        return super().call(sequences, initial_state, mask, training)


@registered
class DiffersInGraphs(SimpleRNN):
    def call(self, sequences, initial_state=None, mask=None, training=False):
        if tf.inside_function():
            sequences = sequences * 1.01
        return super().call(sequences, initial_state, mask, training)


@registered
class KnowsOneShape(SimpleRNN):
    """A graph of it serves the first time steps alone."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if sequences.shape[1] is None:
            sequences = sequences[:, :4]
        return super().call(sequences, initial_state, mask, training)


@registered
class DiffersInFit(ScalesGradient):
    def call(self, sequences, initial_state=None, mask=None, training=False):
        kind = ScalesGradient if training and tf.inside_function() else SimpleRNN
        return kind.call(self, sequences, initial_state, mask, training)


@registered
class HalvesWeightsCell(SimpleRNNCell):
    def add_weight(self, *args, **kwargs):
        return super().add_weight(*args, **{**kwargs, "dtype": self.compute_dtype})


@registered
class HalvesWeights(SimpleRNN):
    """Its weights have the precision of its computation."""

    cell_class = HalvesWeightsCell


@registered
class StaysWide(SimpleRNN):
    """Its outputs are float32 whatever was declared."""

    def call(self, *args, **kwargs):
        result = super().call(*args, **kwargs)
        return keras.tree.map_structure(lambda v: ops.cast(v, "float32"), result)


@registered
class ExportsCompiled(SimpleRNN):
    """What it compiles goes into the SavedModel."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        sequences = tf.function(tf.identity, jit_compile=True)(sequences)
        return super().call(sequences, initial_state, mask, training)


@registered
class LeavesOutANameCell(SimpleRNNCell):
    """A cell with a gate that it does not name.

        z_t = 2 W x_t
        n_t = W x_t + b                        use_bias=False
        h_t = f(W x_t + U h_{t-1} + b)

    The gate is z.
    """


@registered
class LeavesOutAName(SimpleRNN):
    cell_class = LeavesOutANameCell


@registered
class ComparesRowsCell(SimpleRNNCell):
    def step(self, drive, states, dot):
        self.named("z", drive - ops.mean(drive, axis=0))
        return super().step(drive, states, dot)


@registered
class ComparesRows(SimpleRNN):
    """What it names depends on the other rows of a batch."""

    cell_class = ComparesRowsCell

r"""
Your own cell
=============

A network is its equations. Say what depends on the input alone (``drive``), and what
is repeated (``step``); multiply by recurrent kernels through ``dot``, and name what
is to be seen. The time loop, forward and backward, masks, dropout, saving, tracing
and export come with that.

As an example, a gate between keeping the state and a new one, with one kernel for both:

.. math::

    z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z) \\
    n_t &= \tanh(W_n x_t + U_n h_{t-1} + b_n) \\
    h_t &= z_t \odot h_{t-1} + (1 - z_t) \odot n_t
"""

# %%

import keras
import numpy as np
from keras import ops

from seqkit import layers
from seqkit.cells import RecurrentCell


@keras.saving.register_keras_serializable("mine")
class KeepingCell(RecurrentCell):
    """Cell with a gate between the state and a new one."""

    def build(self, input_shape):
        self.kernel = self.add_kernel("kernel", (input_shape[-1], 2 * self.units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, 2 * self.units)
        )
        self.bias = self.add_bias("bias", (2 * self.units,))

    def drive(self, inputs):
        return self.affine(inputs, self.kernel, self.bias)

    def step(self, drive, states, dot):
        (h,) = states
        z, n = ops.split(drive + dot(h, self.recurrent_kernel), 2, axis=-1)
        z = self.named("z", ops.sigmoid(z))
        n = self.named("n", self.activation(n))
        h = z * h + (1 - z) * n
        return h, [h]


# %%
# Units, initializers, regularizers, constraints, dropout and the seed are arguments of
# it already, and ``help(KeepingCell)`` lists them.
#
# As a layer
# ----------
# ``layers.RNN(KeepingCell(4))`` is a layer over it. A named layer takes the arguments
# of the cell itself:


@keras.saving.register_keras_serializable("mine")
class Keeping(layers.RecurrentLayer):
    """A layer over the cell with a gate."""

    cell_class = KeepingCell


x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
print(Keeping(4, return_sequences=True, recurrent_dropout=0.1)(x).shape)

# %%
# By hand
# -------
# The equations in NumPy, written from the paper and not from the cell:


def by_hand(layer, x):
    kernel, recurrent_kernel, bias = layer.get_weights()
    h = np.zeros((len(x), layer.units))
    for t in range(x.shape[1]):
        a = x[:, t] @ kernel + h @ recurrent_kernel + bias
        z, n = 1 / (1 + np.exp(-a[:, : layer.units])), np.tanh(a[:, layer.units :])
        h = z * h + (1 - z) * n
    return h


layer = Keeping(4)
difference = np.abs(np.asarray(layer(x)) - by_hand(layer, x)).max()
assert difference < 1e-6
print(difference)

# %%
# The contract
# ------------
# What every layer of this package is held to is a function. It tries, among others,
# that one call gives what steps give, what stands under the mask changes nothing, the
# gradients are those of finite differences, and a saved layer comes back. Here some of
# its points; without ``points`` it tries all, in a minute.

from seqkit.testing import contract

contract.check_layer(
    lambda **options: Keeping(**{"units": 4, **options}),
    points=("sequence", "gradients", "masks", "causality", "errors"),
    modes=("eager",),
)
print(contract.POINTS)

# %%
# A layer that breaks it is told how. In this one the rows of a batch see each other:


class Centred(KeepingCell):
    """A cell whose states are zero on the average over the batch."""

    def step(self, drive, states, dot):
        h, _ = super().step(drive, states, dot)
        h -= ops.mean(h, axis=0)
        return h, [h]


broken = contract.violations(
    lambda **options: layers.RNN(Centred(4), **options),
    points=("masks",),
    modes=("eager",),
)
for point, messages in broken.items():
    print(point, messages[0], sep=": ")

# %%
# Trained
# -------
# In ``fit`` the loop over the cell is compiled, forward and backward.

from seqkit import tasks

task = tasks.adding(n=3200, length=20, seed=1)
keras.utils.set_random_seed(1)
inputs = keras.Input(task.inputs.shape[1:])
model = keras.Model(inputs, keras.layers.Dense(task.outputs)(Keeping(32)(inputs)))
model.compile(keras.optimizers.Adam(1e-2), task.loss)
history = model.fit(task.inputs, task.targets, epochs=5, verbose=0)
print(f"loss {history.history['loss'][-1]:.4f}, of a blind model {task.blind:.4f}")

# %%
# Traced
# ------
# Every state, product and named gate of every step:

from seqkit.inspect import trace

seen = trace(model, task.inputs[:1])
inside = seen.layers[0]
print({name: values.shape for name, values in inside.states.items()})
print({name: values.shape for name, values in inside.gates.items()})
print({name: values.shape for name, values in inside.products.items()})

# %%
# Exported
# --------
# The SavedModel has the cell's operations, and no class of yours:

import tempfile

import tensorflow as tf

folder = tempfile.mkdtemp()
model.export(folder, verbose=False)
served = tf.saved_model.load(folder)
answers = served.serve(task.inputs[:2])
np.testing.assert_allclose(answers, model(task.inputs[:2]), atol=1e-5)
print(answers.numpy().ravel())

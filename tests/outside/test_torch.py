"""SimpleRNN, LSTM and GRU against torch.nn, with converted weights."""

import numpy as np
import pytest

from seqkit import layers
from seqkit.convert import weights_from_torch, weights_to_torch
from seqkit.testing.points.gradients import differentiated
from seqkit.testing.subject import FULL, arrays, tensors

torch = pytest.importorskip("torch")

FEATURES, UNITS = 3, 4
NAMES = {"SimpleRNN": "RNN", "LSTM": "LSTM", "GRU": "GRU"}
LENGTHS = (5, 2, 3)  # of the rows, where they differ


def module(name, **options):
    torch.manual_seed(0)
    network = getattr(torch.nn, NAMES[name])
    made = network(FEATURES, UNITS, batch_first=True, dtype=torch.float64, **options)
    with torch.no_grad():  # PyTorch's biases are small: none may hide
        for parameter in made.parameters():
            parameter.mul_(2.0)
    return made


def layer_of(name, torch_module, **options):
    """The layer with the weights of a module."""
    layer = getattr(layers, name)(UNITS, **FULL, dtype="float64", **options)
    layer.build((None, None, FEATURES))
    layer.set_weights(weights_from_torch(name, torch_module.state_dict()))
    return layer


def inputs():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 5, FEATURES))
    return x, [rng.normal(size=(3, UNITS)) for _ in range(2)]


def listed(states):
    return list(states) if isinstance(states, tuple) else [states]


@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients(name):
    theirs = module(name)
    ours = layer_of(name, theirs)
    x, states = inputs()
    states = states[: len(np.ravel(ours.cell.state_size))]
    found = arrays(
        differentiated(ours, ours.trainable_weights)(*tensors((x, states)), None, True)
    )

    given = [torch.tensor(v, requires_grad=True) for v in (x, *states)]
    first = [s[None] for s in given[1:]]
    outputs, last = theirs(given[0], tuple(first) if name == "LSTM" else first[0])
    results = [outputs, *(s[0] for s in listed(last))]
    for a, b in zip(arrays(ours(x, initial_state=states)), results, strict=True):
        np.testing.assert_allclose(a, b.detach(), rtol=1e-9, atol=1e-11)

    upstream = [
        np.cos(np.arange(np.prod(a.shape)) + i).reshape(a.shape)
        for i, a in enumerate(results)
    ]
    loss = sum(
        (r * torch.tensor(u)).sum() for r, u in zip(results, upstream, strict=True)
    )
    loss.backward()
    slopes = {n: p.grad.clone() for n, p in theirs.named_parameters()}
    if name != "GRU":  # Keras's one bias has the gradient of either of PyTorch's two
        slopes["bias_hh_l0"][:] = 0.0
    expected = [
        loss.detach(),
        *(g.grad for g in given),
        *weights_from_torch(name, slopes),
    ]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_several_lengths(name):
    """A mask over the padding gives what PyTorch gives for packed sequences."""
    theirs = module(name)
    ours = layer_of(name, theirs, zero_output_for_mask=True)
    x, _ = inputs()
    mask = np.arange(5) < np.array(LENGTHS)[:, None]
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(x), LENGTHS, batch_first=True, enforce_sorted=False
    )
    outputs, last = theirs(packed)
    padded, _ = torch.nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)
    expected = [padded, *(s[0] for s in listed(last))]
    for a, b in zip(arrays(ours(x, mask=mask)), expected, strict=True):
        np.testing.assert_allclose(a, b.detach(), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", NAMES)
def test_both_ways_over_rows_of_several_lengths(name):
    """Each row is reversed within its own length, not within the padded one."""
    theirs = module(name, bidirectional=True)
    layer = getattr(layers, name)(UNITS, return_sequences=True)
    ours = layers.Bidirectional(layer)
    ours.build((None, None, FEATURES))
    state = theirs.state_dict()
    ours.set_weights(
        [
            *weights_from_torch(name, state),
            *weights_from_torch(name, state, suffix="_l0_reverse"),
        ]
    )
    x, _ = inputs()
    mask = np.arange(5) < np.array(LENGTHS)[:, None]
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(x), LENGTHS, batch_first=True, enforce_sorted=False
    )
    padded, _ = torch.nn.utils.rnn.pad_packed_sequence(
        theirs(packed)[0], batch_first=True
    )
    found = ours(x.astype("float32"), mask=mask)
    np.testing.assert_allclose(found, padded.detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_weights_go_there_and_back(name, bias):
    theirs = module(name, bias=bias)
    weights = weights_from_torch(name, theirs.state_dict())
    layer = getattr(layers, name)(UNITS, use_bias=bias)
    layer.build((None, None, FEATURES))
    layer.set_weights(weights)
    state = weights_to_torch(name, weights)
    theirs.load_state_dict({n: torch.tensor(a) for n, a in state.items()})
    for a, b in zip(
        weights_from_torch(name, theirs.state_dict()), weights, strict=True
    ):
        np.testing.assert_array_equal(a, b)
    x, _ = inputs()
    last = theirs(torch.tensor(x))[0][:, -1].detach()
    np.testing.assert_allclose(layer(x.astype("float32")), last, rtol=1e-5, atol=1e-6)

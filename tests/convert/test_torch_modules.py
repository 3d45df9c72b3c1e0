"""Whole modules of PyTorch as models of Keras."""

import importlib
import sys

import keras
import numpy as np
import pytest

from seqkit import convert
from seqkit.convert import from_torch, torch_modules

X = np.random.default_rng(0).standard_normal((3, 5, 4))
LENGTHS = [5, 2, 3]
KINDS = {
    "RNN": {},
    "RNN-relu": {"nonlinearity": "relu"},
    "LSTM": {},
    "GRU": {},
}


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def made(torch, kind, **options):
    torch.manual_seed(0)
    options = {"dtype": torch.float64, **KINDS[kind], **options}
    return getattr(torch.nn, kind.partition("-")[0])(4, 3, **options)


def answers(torch, module, x=X):
    """The module's outputs and last states, batch first, in the model's order."""
    given = torch.tensor(x, dtype=next(module.parameters()).dtype)
    outputs, last = module(given if module.batch_first else given.transpose(0, 1))
    outputs = outputs if module.batch_first else outputs.transpose(0, 1)
    last = last if isinstance(last, tuple) else (last,)
    states = [state[i] for i in range(len(last[0])) for state in last]
    return [a.detach().float().numpy() for a in (outputs, *states)]


def same(model, expected, x=X, tolerance=1e-6):
    for a, b in zip(model(x), expected, strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance)


@pytest.mark.parametrize("kind", KINDS)
def test_layers_and_directions(torch, kind):
    module = made(torch, kind, num_layers=2, bidirectional=True)
    model = from_torch(module, return_state=True)
    same(model, answers(torch, module))
    assert model.outputs[0].dtype == "float64"
    assert model.count_params() <= sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"bias": False, "num_layers": 3},
        {"batch_first": True, "bidirectional": True, "bias": False},
        {"proj_size": 2, "num_layers": 2},
        {"proj_size": 1, "bidirectional": True, "bias": False},
        {"num_layers": 2, "dropout": 0.5},
    ],
    ids=str,
)
def test_options(torch, options):
    module = made(torch, "LSTM", **options).eval()
    same(from_torch(module, return_state=True), answers(torch, module))


def test_dropout_between_layers(torch):
    model = from_torch(made(torch, "GRU", num_layers=3, dropout=0.25))
    rates = [x.rate for x in model.layers if isinstance(x, keras.layers.Dropout)]
    assert rates == [0.25, 0.25]
    assert not np.allclose(model(X, training=True), model(X))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_precision(torch, dtype):
    module = made(torch, "GRU", dtype=getattr(torch, dtype))
    assert next(module.parameters()).requires_grad
    model = from_torch(module, return_state=True)
    assert model.outputs[0].dtype == "float32"
    same(model, answers(torch, module.float()))
    assert from_torch(module, dtype="mixed_bfloat16").outputs[0].dtype == "bfloat16"


def test_rows_of_several_lengths(torch):
    module = made(torch, "LSTM", num_layers=2, batch_first=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(X), LENGTHS, batch_first=True, enforce_sorted=False
    )
    expected, _ = torch.nn.utils.rnn.pad_packed_sequence(module(packed)[0], True)
    inputs = keras.Input((None, 4), dtype="float64")
    masked = keras.layers.Masking(dtype="float64")(inputs)
    model = keras.Model(inputs, from_torch(module)(masked))
    x = X * (np.arange(5) < np.array(LENGTHS)[:, None])[:, :, None]
    np.testing.assert_allclose(model(x), expected.detach(), atol=1e-6)


def test_a_model_is_saved_and_trained(torch, tmp_path):
    model = from_torch(made(torch, "GRU", dtype=torch.float32))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(X), model(X), atol=1e-6)
    assert len(model.trainable_weights) == 3


@pytest.mark.parametrize("module", ["LSTM", None, keras.layers.LSTM(3)])
def test_what_is_no_module(module):
    message = r"^`module` must be a torch\.nn\.RNN, LSTM or GRU, got [\w.]+\.$"
    with pytest.raises(ValueError, match=message):
        from_torch(module)


def test_other_modules(torch):
    for module in (torch.nn.Linear(2, 2), torch.nn.LSTMCell(2, 2)):
        with pytest.raises(ValueError, match=r"got torch\.nn\.modules\."):
            from_torch(module)


def test_modules_without_weights_of_their_own(torch):
    class Other(torch.nn.LSTM):
        def forward(self, x):
            return super().forward(2 * x)

    class Named(torch.nn.LSTM):
        pass

    complex_ = torch.nn.RNN(4, 3, dtype=torch.complex64)
    meta = torch.nn.LSTM(4, 3, device="meta")
    normed = torch.nn.utils.parametrizations.weight_norm(
        torch.nn.LSTM(4, 3), "weight_hh_l0"
    )
    for module, message in (
        (Other(4, 3), "must be a torch.nn.RNN, LSTM or GRU, got .*Other"),
        (complex_, "must have real weights, got RNN"),
        (meta, "must have data, got LSTM"),
        (normed, "must have weights of its own names, got"),
    ):
        with pytest.raises(ValueError, match=f"^`module` {message}") as caught:
            from_torch(module)
        assert "\n" not in str(caught.value)
    assert from_torch(Named(4, 3)).output_shape == (None, None, 3)


def test_half_of_the_width(torch):
    model = from_torch(made(torch, "LSTM", dtype=torch.bfloat16), dtype="bfloat16")
    assert model(X).dtype == "bfloat16"


def test_pytorch_is_not_imported(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    importlib.reload(torch_modules)
    importlib.reload(convert)

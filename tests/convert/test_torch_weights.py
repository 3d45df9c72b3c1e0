"""What the converters of PyTorch weights refuse."""

import numpy as np
import pytest

from seqkit.convert import weights_from_torch, weights_to_torch


def test_an_unknown_network_is_named():
    state = {"weight_ih_l0": np.ones((2, 3)), "weight_hh_l0": np.ones((2, 2))}
    with pytest.raises(ValueError, match=r"`network` must be one of .* got 'Elman'"):
        weights_from_torch("Elman", state)


def test_a_gru_that_resets_before_the_product_is_refused():
    weights = [np.ones((3, 6)), np.ones((2, 6)), np.ones(6)]
    with pytest.raises(ValueError, match=r"reset_after=True.* shape \(6,\)"):
        weights_to_torch("GRU", weights)


def test_weights_of_another_network():
    state = {"weight_ih_l0": np.ones((9, 2)), "weight_hh_l0": np.ones((9, 3))}
    assert len(weights_from_torch("GRU", state)) == 2
    with pytest.raises(ValueError, match=r"those of a LSTM, whose .* 12 rows, got 9"):
        weights_from_torch("LSTM", state)
    with pytest.raises(KeyError, match=r"`suffix` must be .* got '_l1'"):
        weights_from_torch("GRU", state, "_l1")
    with pytest.raises(ValueError, match=r"`state_dict\(\)`, got list"):
        weights_from_torch("GRU", [state])
    for weights in ([np.ones((2, 9))], [np.ones((2, 9)), np.ones((3, 8))]):
        with pytest.raises(ValueError, match="must be kernel, recurrent_kernel and"):
            weights_to_torch("GRU", weights)

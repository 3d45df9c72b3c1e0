"""Recurrent networks by name."""

import keras
import pytest

from seqkit import layers


def test_every_network_is_found_in_any_case():
    names = layers.networks()
    assert {"SimpleRNN", "LSTM", "GRU", "Elman", "Jordan"} <= set(names)
    assert not {"RNN", "Stack", "Bidirectional", "RecurrentLayer"} & set(names)
    for name, layer in names.items():
        assert layers.find(name) is layer
        assert layers.find(name.upper()) is layer
        assert isinstance(layers.get(name, 4), layer)


def test_a_layer_comes_of_a_name_a_class_a_config_or_itself():
    layer = layers.get(layers.GRU, units=4, return_sequences=True)
    serialized = keras.saving.serialize_keras_object(layer)
    named = {"class_name": "gru", "config": layer.get_config()}
    assert layers.get(layer) is layer
    for config in (serialized, named):
        again = layers.get(config)
        assert isinstance(again, layers.GRU)
        assert again.get_config() == layer.get_config()


def test_unknown_names_list_what_there_is_and_what_is_close():
    message = r"`identifier` must be one of .*GRU.*, got 'LSMT'. Did you mean 'LSTM'\?"
    with pytest.raises(ValueError, match=message):
        layers.get("LSMT")
    with pytest.raises(TypeError, match="missing a required argument: 'units'"):
        layers.get({"class_name": "LSTM"})


@pytest.mark.parametrize("identifier", [None, 3, ["LSTM"], int])
def test_what_is_no_identifier_is_refused(identifier):
    with pytest.raises(ValueError, match="`identifier` must be a name, a class"):
        layers.get(identifier)


def test_arguments_go_with_a_name():
    with pytest.raises(ValueError, match="has its own, got 4, return_state"):
        layers.get(layers.GRU(3), 4, return_state=True)

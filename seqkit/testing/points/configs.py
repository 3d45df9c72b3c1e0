"""Point 5, first half: the config holds every argument, and `.keras` files work."""

import inspect
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from seqkit.testing.points.compare import require, same
from seqkit.testing.subject import FULL, Subject

# A value that is no default, for each argument that recurrent layers share.
OTHER_VALUES: Mapping[str, Any] = {
    "units": 8,
    "output_units": 6,
    "activation": "elu",
    "recurrent_activation": "silu",
    "output_activation": "softplus",
    "use_bias": False,
    "unit_forget_bias": False,
    "reset_after": False,
    "batch_norm": False,
    "decay": 0.25,
    "trainable_decay": True,
    "normalized": True,
    "preset": "rsnns",
    "kernel_initializer": "he_normal",
    "recurrent_initializer": "he_uniform",
    "bias_initializer": "ones",
    "banks": 2,
    "periods": [2, 3],
    "first_step": 1,
    "upper_units": 5,
    "tolerance": 0.75,
    "time_digits": 3,
    "collapsed": True,
    "spectral_radius": 0.5,
    "leak": 0.5,
    "connectivity": 0.75,
    "backbone_units": 5,
    "backbone_layers": 2,
    "backbone_activation": "elu",
    "time_channel": True,
    "deltas": True,
    "time_step": 0.5,
    "frequency": 1.5,
    "damping": 0.5,
    "min_radius": 0.5,
    "max_radius": 0.75,
    "max_angle": 0.5,
    "diagonal_skip": True,
    "project": False,
    "projection": 3,
    "context_units": 6,
    "layers": 3,
    "depth": 4,
    "heads": 2,
    "forget_gate": "exponential",
    "gate_keeps": True,
    "input_projection": False,
    "coupled_gates": False,
    "peepholes": False,
    "norm_epsilon": 0.01,
    "beta": 0.5,
    "forget_bias": 2.0,
    "transform_bias": -1.0,
    "chrono_steps": 10,
    "peephole_initializer": "zeros",
    "projection_initializer": "zeros",
    "norm_gamma_initializer": "zeros",
    "kernel_regularizer": "l1",
    "recurrent_regularizer": "l2",
    "bias_regularizer": "l1",
    "activity_regularizer": "l2",
    "kernel_constraint": "max_norm",
    "recurrent_constraint": "unit_norm",
    "bias_constraint": "non_neg",
    "dropout": 0.25,
    "recurrent_dropout": 0.125,
    "seed": 11,
    "return_sequences": True,
    "return_state": True,
    "go_backwards": True,
    "stateful": True,
    "unroll": 2,
    "zero_output_for_mask": True,
    "recompute": 3,
    "implementation": 1,
    "use_cudnn": False,
    "merge_mode": "sum",
    "residual": True,
    "rate": 0.25,
    "sampling": 0.5,
    "readout": 5,
    "cell_rate": 0.125,
    "kind": "random",
    "stddev": 0.5,
    "return_updates": True,
    "budget": 0.5,
    "normalize": True,
    "name": "other",
    "dtype": "float64",
    "trainable": False,
}
# Arguments that are no settings: the layers inside a wrapper, and values of weights.
NESTED = ("cell", "layer", "layers", "backward_layer", "weights")

# What an argument needs beside it.
COMPANIONS: Mapping[str, Mapping[str, Any]] = {
    "stddev": {"kind": "random"},
    "trainable_decay": {"decay": 0.5},
    "normalized": {"decay": 0.5},
}


def constructor_arguments(cls: type) -> list[str]:
    """Return the names of a class's constructor arguments, `**kwargs` aside.

    Args:
        cls: A layer class.

    Returns:
        Names, in order.

    Example:
        >>> constructor_arguments(keras.layers.Dropout)
        ['rate', 'noise_shape', 'seed']
    """
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    parameters = inspect.signature(cls).parameters.items()
    return [name for name, parameter in parameters if parameter.kind not in kinds]


def check_arguments(subject: Subject) -> None:
    """Every constructor argument is in the config."""
    layer = subject.layer(**FULL)
    missing = set(constructor_arguments(type(layer))) - set(layer.get_config())
    missing -= {"weights"}
    require(not missing, f"get_config() lacks the arguments {sorted(missing)}")


def check_other_values(subject: Subject) -> None:
    """A value that is no default reaches the config, and survives the round trip."""
    cls = type(subject.layer(**FULL))
    config = subject.make_layer().get_config()
    for name in [*constructor_arguments(cls), "trainable", "dtype", "name"]:
        if name in NESTED:
            continue
        require(name in OTHER_VALUES, f"OTHER_VALUES has no value to try for {name}")
        arguments = {name: OTHER_VALUES[name], **COMPANIONS.get(name, {})}
        changed = subject.make_layer(**arguments).get_config()
        require(
            changed[name] != config[name] or config[name] == OTHER_VALUES[name],
            f"{name}={OTHER_VALUES[name]!r} left the config at {config[name]!r}",
        )
        again = cls.from_config(json.loads(json.dumps(changed))).get_config()
        require(
            again == changed,
            f"{name}={OTHER_VALUES[name]!r} did not survive from_config: "
            f"{_differences(again, changed)}",
        )


def _differences(a: dict, b: dict) -> str:
    return ", ".join(f"{k}: {a.get(k)!r}, was {b[k]!r}" for k in b if a.get(k) != b[k])


def check_keras_file(subject: Subject) -> None:
    """A model saved as a `.keras` file and loaded gives the same."""
    x = subject.inputs()
    inputs = keras.Input((None, subject.features))
    model = keras.Model(inputs, subject.layer(**FULL)(inputs))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        loaded = keras.models.load_model(path)
    same(loaded(x), model(x), "the model loaded from its .keras file")

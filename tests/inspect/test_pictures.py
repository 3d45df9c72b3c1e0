import importlib
import pathlib

import keras
import matplotlib
import numpy as np
import pytest

from seqkit import layers
from seqkit.inspect import fixed_points, pictures, trace
from seqkit.inspect.kept import kept_of_a_step
from seqkit.learning import gradient_norms

ROOT = pathlib.Path(__file__).parents[2]
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(3, 6, 2)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0]], bool)


def squares(outputs):
    return keras.ops.sum(keras.ops.square(outputs))


@pytest.fixture(scope="module")
def traces():
    keras.utils.set_random_seed(1)
    lstm, simple = layers.LSTM(3), layers.SimpleRNN(5)
    return {
        "lstm": trace(lstm, X, loss=squares),
        "simple": trace(simple, X, loss=squares),
        "masked": trace(lstm, X, mask=MASK, loss=squares),
        "backwards": trace(layers.GRU(2, go_backwards=True), X, loss=squares),
        "one step": trace(lstm, X[:, :1], loss=squares),
        "long": trace(layers.GRU(40), RANDOM.normal(size=(1, 300, 9)), loss=squares),
    }


def figures(traces):
    """Every picture of unusual traces."""
    random = RANDOM.normal(size=(4, 3, 1))
    points = fixed_points_of_tanh()[1]
    eye = {"U": np.eye(2), "a long name of $a$ kernel, 很好": -2 * np.eye(3)}
    words = ["the", "很好", "$x", "\n", "Donaudampfschiff", ""]
    yield "signal", pictures.gates(traces["long"])
    yield "signal of a step", pictures.gates(traces["one step"])
    yield "letters", pictures.gates(traces["long"], "a很\n$ " * 60)
    yield "words", pictures.gates(traces["masked"], words, row=1)
    yield "letters coloured", pictures.characters(traces["long"], "a很\n$ " * 60, 1)
    yield "words coloured", pictures.characters(traces["masked"], words, 1, row=1)
    for name in ("one step", "masked", "long"):
        yield f"trajectory {name}", pictures.trajectory(traces[name])
    yield "full", pictures.unrolled(traces["masked"], row=1)
    yield "full, a step", pictures.unrolled(traces["one step"])
    yield "full, backwards", pictures.unrolled(traces["backwards"])
    yield "partial", pictures.unrolled(traces["long"], "partial")
    yield "folded", pictures.unrolled(traces["lstm"], "folded")
    yield "rows masked", pictures.gates(traces["masked"], row=2)
    yield "folded masked", pictures.unrolled(traces["masked"], "folded", row=2)
    yield "gradients", pictures.gradient_by_lag(traces)
    yield "recall", pictures.recall_by_lag({"$a": traces_of_delay(2)[0]})
    yield "eigenvalues", pictures.eigenvalues({"before": eye, "很好": eye})
    still = trace(layers.GRU(2), np.zeros_like(X))
    yield "a state that stands still", pictures.trajectory(still)
    four = trace(layers.GRU(2), np.zeros((4, 3, 1)))
    yield "nothing to recall", pictures.recall_by_lag({"a": four})
    yield "states that hold nothing", pictures.recall_by_lag({"a": four}, random)
    yield "points", pictures.trajectory(fixed_points_of_tanh()[0], points)


def test_every_picture_is_drawn(traces, tmp_path):
    for name, figure in figures(traces):
        figure.savefig(tmp_path / "picture.png", dpi=50)
        image = matplotlib.image.imread(tmp_path / "picture.png")[..., :3]
        assert (image.std(axis=(0, 1)) > 0.01).all(), name


def test_gradient_by_lag_gives_gradient_norms():
    keras.utils.set_random_seed(2)
    layer = layers.LSTM(4)
    table = pictures.gradient_by_lag_table({"a": trace(layer, X, loss=squares)})
    expected = gradient_norms(layer, X, squares)[::-1]
    for number, state in enumerate("hc"):
        found = table[table["state"] == state]["norm"]
        np.testing.assert_allclose(found, expected[:, number], rtol=1e-4)


def test_gradient_by_lag_counts_the_steps_that_were_taken(traces):
    found = pictures.gradient_by_lag_table({"a": traces["masked"]})
    gradient = traces["masked"].layers[0].gradients.states["c"]
    norms = np.linalg.norm(gradient, axis=-1)
    expected = [(norms[0, 5] + norms[1, 3]) / 2, (norms[0, 4] + norms[1, 1]) / 2]
    found = found[found["state"] == "c"]["norm"]
    np.testing.assert_allclose(found[:2], expected, rtol=1e-5)
    assert len(found) == 6


def test_gradient_by_lag_of_a_layer_that_reads_from_the_end(traces):
    found = pictures.gradient_by_lag_table({"a": traces["backwards"]})["norm"]
    gradient = traces["backwards"].layers[0].gradients.states["h"]
    np.testing.assert_allclose(
        found, np.linalg.norm(gradient, axis=-1).mean(axis=0), rtol=1e-5
    )


def test_eigenvalues_of_known_matrices():
    turn = 0.5 * np.array([[0.0, -1.0], [1.0, 0.0]])
    found = pictures.eigenvalues_table(
        {"before": {"U": turn}, "after": {"U": np.diag([3.0, -4.0])}}
    )
    assert found["modulus"].round(6).tolist() == [0.5, 0.5, 4, 3]
    assert found["imaginary"].round(6).tolist() == [0.5, -0.5, 0, 0]
    assert found["real"].round(6).tolist() == [0, 0, -4, 3]


def test_recurrent_matrices_are_copies_of_the_gates_blocks():
    layer = layers.LSTM(3)
    layer.build((None, None, 2))
    kernel = np.array(layer.cell.recurrent_kernel)
    found = pictures.recurrent_matrices(layer)
    layer.cell.recurrent_kernel.assign(np.zeros_like(kernel))
    np.testing.assert_array_equal(np.concatenate(list(found.values()), axis=1), kernel)
    assert [matrix.shape for matrix in found.values()] == [(3, 3)] * 4


def test_recurrent_matrices_are_of_a_layer():
    with pytest.raises(ValueError, match="`layer` must be a layer, got 'gru'"):
        pictures.recurrent_matrices("gru")


def test_recurrent_matrices_have_the_names_of_their_gates():
    names = {
        "LSTM": "i f g o", "GRU": "z r n", "JANET": "s n", "PeepholeLSTM": "i f g o",
        "MinimalRNN": "",
    }  # fmt: skip
    for network, gates in names.items():
        layer = layers.get(network, 3)
        layer.build((None, None, 2))
        found = pictures.recurrent_matrices(layer)
        expected = [f"recurrent_kernel, {gate}" for gate in gates.split()]
        assert list(found) == (expected or ["recurrent_kernel"]), network


def test_recurrent_matrices_of_several_cells():
    layer = layers.Stack([layers.GRU(3), layers.SimpleRNN(2)])
    layer.build((None, None, 2))
    names = ["1/recurrent_kernel, 1/z", "1/recurrent_kernel, 1/r"]
    names += ["1/recurrent_kernel, 1/n", "2/recurrent_kernel"]
    assert list(pictures.recurrent_matrices(layer)) == names


def test_recurrent_matrices_of_heads_are_blocks_on_the_diagonal():
    layer = layers.sLSTM(4, heads=2)
    found = trace(layer, X).layers[0]
    kernel = np.concatenate(list(pictures.recurrent_matrices(layer).values()), axis=1)
    (product,) = found.products.values()
    expected = found.states["h"][:, :-1] @ kernel
    np.testing.assert_allclose(product[:, 1:], expected, atol=1e-5)


def test_no_matrix_leads_from_state_to_state():
    layer = layers.CfC(64)
    layer.build((None, None, 2))
    with pytest.raises(ValueError, match="recurrent kernel with square blocks"):
        pictures.recurrent_matrices(layer)


def test_attention_has_gates_and_no_states():
    queries, memory = X, RANDOM.normal(size=(3, 4, 2)).astype("float32")
    inputs = [keras.Input(each.shape[1:]) for each in (queries, memory)]
    model = keras.Model(inputs, layers.BahdanauAttention(3)(*inputs))
    found = trace(model, [queries, memory], loss=squares)
    table = pictures.gates_table(found, names=["α"])
    shares = table.groupby("step")["value"].sum()
    np.testing.assert_allclose(shares, 1, rtol=1e-5)
    assert len(pictures.gates(found, "abcdef").axes) > 2
    for draw in (pictures.unrolled, pictures.trajectory):
        with pytest.raises(ValueError, match="`trace` must have states"):
            draw(found)
    with pytest.raises(ValueError, match="must have states"):
        pictures.gradient_by_lag({"a": found})


@pytest.mark.parametrize("layer", [layers.IndRNN(3), keras.layers.GRU(2)])
def test_recurrent_matrices_of_vectors_and_of_keras(layer):
    layer.build((None, None, 2))
    for matrix in pictures.recurrent_matrices(layer).values():
        assert matrix.shape == (layer.units, layer.units)


def traces_of_delay(delay, batch=300):
    """A line of units, each of which holds what the one before it held."""
    shift = np.eye(delay, k=1, dtype="float32")
    layer = layers.SimpleRNN(
        delay,
        "linear",
        kernel_initializer=lambda *_, **__: np.eye(1, delay, dtype="float32"),
        recurrent_initializer=lambda *_, **__: shift,
    )
    x = np.random.default_rng(3).normal(size=(batch, 8, 1)).astype("float32")
    return trace(layer, x), x


@pytest.mark.parametrize("delay", [1, 3])
def test_recall_of_a_delay_line(delay):
    found, _ = traces_of_delay(delay)
    table = pictures.recall_by_lag_table({"line": found})
    assert (table["r2"][:delay] > 0.999).all()
    assert (table["r2"][delay:].abs() < 0.1).all()
    earlier = pictures.recall_by_lag_table({"line": found}, step=0)
    assert len(earlier) == 1
    assert earlier["r2"][0] > 0.999


def test_recall_of_a_target_that_does_not_vary():
    found, x = traces_of_delay(1)
    table = pictures.recall_by_lag_table({"line": found}, np.ones_like(x))
    assert table["r2"].isna().all()


def test_trajectory_is_on_the_principal_components(traces):
    found = traces["masked"].layers[0]
    states = np.concatenate([found.states["h"], found.states["c"]], -1)[MASK]
    centred = states - states.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    table = pictures.trajectory_table(traces["masked"])
    places = centred @ axes[:2].T
    np.testing.assert_allclose(table[["pc1", "pc2"]].abs(), np.abs(places), atol=1e-5)
    assert list(zip(table["row"], table["step"], strict=True)) == list(
        map(tuple, np.argwhere(MASK))
    )


@pytest.mark.parametrize(("name", "ends"), [("simple", (0, 5)), ("backwards", (5, 0))])
def test_trajectory_goes_from_the_first_step_taken_to_the_last(traces, name, ends):
    table = pictures.trajectory_table(traces[name])
    way = table[table["row"] == 0].set_index("step")
    lines = pictures.trajectory(traces[name]).axes[0].lines
    for step, marker in zip(ends, "os", strict=True):
        line = next(line for line in lines if line.get_marker() == marker)
        np.testing.assert_allclose(line.get_xdata(), way.loc[step, "pc1"])


def fixed_points_of_tanh():
    layer = layers.SimpleRNN(1, kernel_initializer="ones", recurrent_initializer="ones")
    x = np.linspace(-1, 1, 9, dtype="float32").reshape(9, 1, 1)
    found = trace(layer, x)
    layer.cell.recurrent_kernel.assign([[2.0]])
    return found, fixed_points(layer, found.layers[0])


def test_fixed_points_of_a_unit():
    _, points = fixed_points_of_tanh()
    place = 0.0
    for _ in range(200):
        place = np.tanh(2 * (place or 1))
    by_place = sorted(zip(points.states[:, 0], points.eigenvalues[:, 0], strict=True))
    np.testing.assert_allclose([p for p, _ in by_place], [-place, 0, place], atol=1e-5)
    slope = 2 * (1 - place**2)
    np.testing.assert_allclose([v for _, v in by_place], [slope, 2, slope], atol=1e-4)
    assert points.stable.sum() == 2


def test_fixed_points_of_two_states_stand_still_under_an_input():
    keras.utils.set_random_seed(4)
    layer = layers.LSTM(3)
    found, x = trace(layer, X), np.array([0.5, -1])
    points = fixed_points(layer, found.layers[0], x, starts=4)
    assert len(points)
    states = np.split(points.states.astype("float32"), 2, axis=-1)
    inputs = np.repeat(x[None].astype("float32"), len(points), axis=0)
    _, after = layer.step(inputs, states)
    np.testing.assert_allclose(np.concatenate(after, -1), points.states, atol=2e-5)
    assert pictures.trajectory_table(found, points)["largest_eigenvalue"].notna().any()


def test_memory_of_learning_by_hand():
    layer = layers.LSTM(5, return_sequences=True)
    layer.build((None, None, 2))
    assert kept_of_a_step(layer) == {
        "inputs": 8, "drives": 0, "states": 40, "products": 0, "values": 100,
        "emissions": 0,
    }  # fmt: skip
    table = pictures.memory_of_learning_table(layer, 3, 11, segment=4, chunk=5)
    found = table.pivot(index="way", columns="what", values="bytes") / 3
    # Segments of 4, 4 and 3 steps: three first states, and one segment with its own.
    expected = {
        "full": (11 * 8, 12 * 40, 11 * 100),
        "recomputed": (11 * 8, (3 + 5) * 40, 4 * 100),
        "truncated": (5 * 8, 6 * 40, 5 * 100),
    }
    for way, sizes in expected.items():
        kinds = ["inputs", "states", "values"]
        assert tuple(found.loc[way, kinds]) == sizes


def test_memory_of_learning_counts_what_the_readme_says():
    layer = layers.LSTM(256)
    layer.build((None, None, 16))
    table = pictures.memory_of_learning_table(layer, 32, 4000, chunk=125)
    counted = table.groupby("way")["bytes"].sum() / 2**20
    text = (ROOT / "README.md").read_text().replace("\n", " ")
    said = f"{counted['full']:,.0f} MiB in full, {counted['recomputed']:.0f} recomputed"
    assert f"{said}, {counted['truncated']:.0f} in chunks of 125." in text
    short = pictures.memory_of_learning_table(layer, 32, 1000, chunk=125)
    more = counted["full"] - short[short["way"] == "full"]["bytes"].sum() / 2**20
    assert f"that is {more:.0f} MiB more in full" in text


@pytest.mark.parametrize("package", ["pandas", "sklearn"])
def test_what_is_missing_is_named(monkeypatch, package):
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else name
    )
    with pytest.raises(ImportError, match=rf"{package}: pip install 'seqkit\[inspect"):
        importlib.reload(pictures.needed)


def test_gates_are_those_of_the_trace(traces):
    found = traces["masked"].layers[0]
    table = pictures.gates_table(traces["masked"], row=1)
    for name, values in {**found.gates, **found.states}.items():
        given = table[table["name"] == name].pivot(index="step", columns="unit")
        given = given["value"].to_numpy()
        np.testing.assert_array_equal(given[MASK[1]], values[1][MASK[1]])
        assert np.isnan(given[~MASK[1]]).all()


def test_characters_are_coloured_by_the_unit(traces):
    table = pictures.characters_table(traces["lstm"], "abcdef", 2, "f", row=1)
    np.testing.assert_array_equal(
        table["value"], traces["lstm"].layers[0].gates["f"][1, :, 2]
    )
    figure = pictures.characters(traces["lstm"], "abcdef", 2, "f", row=1)
    assert [text.get_text() for text in figure.axes[0].texts] == list("abcdef")
    assert len(figure.axes[0].patches) == 6
    long = pictures.characters(traces["long"], "x" * 300, 0)
    assert {round(text.get_position()[1] - 0.52) for text in long.axes[0].texts} == set(
        range(5)
    )


@pytest.mark.parametrize("form", pictures.FORMS)
def test_unrolled_has_the_numbers_of_its_edges(traces, form):
    found = traces["lstm"].layers[0]
    table = pictures.unrolled_table(traces["lstm"], form, row=1, ends=1)
    steps = [0, 5] if form == "partial" else list(range(6))
    assert table["step"].unique().tolist() == [-1, *steps]
    for edge, values, gradients in (
        ("x", found.inputs, found.gradients.inputs),
        ("h", found.states["h"], found.gradients.states["h"]),
        ("c", found.states["c"], found.gradients.states["c"]),
        ("y", found.outputs, found.gradients.outputs),
    ):
        here = table[(table["edge"] == edge) & (table["step"] >= 0)]
        np.testing.assert_array_equal(here["value"], values[1, steps].ravel())
        np.testing.assert_array_equal(here["gradient"], gradients[1, steps].ravel())


def test_unrolled_draws_the_numbers_in_the_order_in_which_they_were_read(traces):
    figure = pictures.unrolled(traces["backwards"])
    texts = [text.get_text() for text in figure.axes[0].texts]
    steps = [text for text in texts if text.startswith("step")]
    assert steps == [f"step {step}" for step in reversed(range(6))]
    last = traces["backwards"].layers[0].states["h"][0, 0]
    assert any(f"{last[0]:.2g}".lstrip("-") in text for text in texts)


def built_gru():
    layer = layers.GRU(2)
    layer.build((None, None, 2))
    return layer


BAD = {
    "no trace": (lambda t: pictures.gates(1), "`trace` must be a trace"),
    "no row": (lambda t: pictures.gates(t["lstm"], row=3), "`row` must be an integer"),
    "no gate": (lambda t: pictures.gates(t["lstm"], names=["q"]), "`names` must be"),
    "short text": (lambda t: pictures.gates(t["lstm"], "ab"), "each of the 6 steps"),
    "no text": (lambda t: pictures.gates(t["lstm"], 5), "`text` must be"),
    "no unit": (lambda t: pictures.characters(t["lstm"], "abcdef", 3), "`unit` must"),
    "no name": (
        lambda t: pictures.characters(t["lstm"], "abcdef", 0, "q"),
        "`name` must be among",
    ),
    "no form": (lambda t: pictures.unrolled(t["lstm"], "x"), "`form` must be one of"),
    "too long": (lambda t: pictures.unrolled(t["long"]), "take 'partial'"),
    "no ends": (lambda t: pictures.unrolled(t["lstm"], ends=0), "`ends` must be"),
    "no traces": (lambda t: pictures.gradient_by_lag({}), "`traces` must be a dict"),
    "no loss": (
        lambda t: pictures.gradient_by_lag({"a": traces_of_delay(1)[0]}),
        "made with a loss",
    ),
    "no gradient": (
        lambda t: pictures.gradient_by_lag(
            {"a": trace(layers.GRU(2), X, loss=lambda h: 0 * keras.ops.sum(h))}
        ),
        "a loss that depends on the states",
    ),
    "states of infinity": (
        lambda t: pictures.trajectory(
            trace(layers.IRNN(2, kernel_initializer="ones"), np.full_like(X, np.inf))
        ),
        "must have finite states",
    ),
    "another layer": (
        lambda t: fixed_points(built_gru(), t["lstm"]),
        "with 2 numbers in its states, got 6",
    ),
    "no trace of a layer": (
        lambda t: fixed_points(built_gru(), X),
        "that of a layer with states",
    ),
    "masked": (lambda t: pictures.recall_by_lag(t), "must be of 4 sequences"),
    "no step": (
        lambda t: pictures.recall_by_lag({"a": traces_of_delay(1)[0]}, step=8),
        "`step` must be an integer from -8 to 7",
    ),
    "no target": (
        lambda t: pictures.recall_by_lag({"a": traces_of_delay(1)[0]}, X),
        "`target` must have the shape",
    ),
    "no moments": (lambda t: pictures.eigenvalues({}), "`moments` must be"),
    "not square": (
        lambda t: pictures.eigenvalues({"a": {"U": np.ones((2, 3))}}),
        "square matrices",
    ),
    "infinite": (
        lambda t: pictures.eigenvalues({"a": {"U": np.full((2, 2), np.nan)}}),
        "finite numbers",
    ),
    "no kernel": (lambda t: pictures.recurrent_matrices(layers.GRU(2)), "be built"),
    "no points": (
        lambda t: pictures.trajectory(t["lstm"], fixed_points_of_tanh()[1]),
        "`points` must have 6 numbers",
    ),
    "no layer": (
        lambda t: pictures.memory_of_learning(layers.GRU(2), 1, 1),
        "that is built",
    ),
    "no tree": (lambda t: pictures.beam(t), "`tree` must be a SearchTree"),
}


@pytest.mark.parametrize("name", BAD)
def test_errors_are_one_line(traces, name):
    draw, message = BAD[name]
    with pytest.raises(ValueError, match=message) as raised:
        draw(traces)
    assert "\n" not in str(raised.value)


def test_a_scan_keeps_nothing():
    layer = layers.MinGRU(2)
    layer.build((None, None, 2))
    with pytest.raises(ValueError, match="run by a scan"):
        pictures.memory_of_learning(layer, 1, 1)
    built = built_gru()
    for name, value in {"batch": 0, "steps": 1.5, "chunk": True, "segment": -1}.items():
        options = {"batch": 1, "steps": 1, name: value}
        with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
            pictures.memory_of_learning(built, **options)

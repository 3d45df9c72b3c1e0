import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from seqkit import fresh_process
from seqkit.errors import ExportError, InputError
from seqkit.export import Signature, export_saved_model
from seqkit.models import SentimentClassifier
from seqkit.recurrence import portable
from tests.models.classification.conftest import TINY, reviews

FLOATS = {"x": tf.TensorSpec([None], tf.float32)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A classifier with a bidirectional layer, and its SavedModel."""
    folder = tmp_path_factory.mktemp("run") / "1"
    with portable():
        classifier = SentimentClassifier.fit(
            *reviews(60), reviews(20, seed=1), TINY, verbose=0
        )
    classifier.export(folder)
    return classifier, folder


def in_a_fresh_process(program):
    """Run a program that may import neither seqkit nor keras; give what it prints."""
    blocked = "import sys; sys.modules['seqkit'] = sys.modules['keras'] = None\n"
    command = [sys.executable, "-I", "-c", blocked + program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_answers_elsewhere_as_here(exported):
    classifier, folder = exported
    texts = [
        "",
        "good",
        "a dull film " * 30,
        "wörds nobody knows",
        "👍🏽 ❤️",
        "很好看。",
    ]
    program = f"""
import json, tensorflow as tf
served = tf.saved_model.load({str(folder)!r}).signatures
texts = {texts!r}
def ask(texts):
    found = served["serving_default"](text=tf.constant(texts))
    return [[v.decode() for v in found["label"].numpy()],
            found["score"].numpy().tolist(), found["probabilities"].numpy().tolist()]
names = served["classes"]()["classes"].numpy().tolist()
print(json.dumps([ask(texts), [ask([text]) for text in texts],
                  [name.decode() for name in names]]))
"""
    together, alone, names = json.loads(in_a_fresh_process(program))
    expected = classifier(texts)
    assert names == list(classifier.classes)
    assert together[0] == [each.label for each in expected]
    np.testing.assert_allclose(
        together[1], [each.score for each in expected], atol=1e-5
    )
    np.testing.assert_allclose(together[2], classifier.probabilities(texts), atol=1e-5)
    for number, single in enumerate(alone):
        assert single[0] == together[0][number : number + 1]
        np.testing.assert_allclose(single[1][0], together[1][number], atol=1e-5)


def test_signature_is_as_promised(exported):
    _, folder = exported
    served = tf.saved_model.load(str(folder)).signatures
    assert set(served) == {"serving_default", "classes"}
    _, inputs = served["serving_default"].structured_input_signature
    assert inputs == {"text": tf.TensorSpec([None], tf.string, name="text")}
    outputs = served["serving_default"].structured_outputs
    found = {name: (spec.dtype, spec.shape.rank) for name, spec in outputs.items()}
    assert found == {
        "label": (tf.string, 1),
        "score": (tf.float32, 1),
        "probabilities": (tf.float32, 2),
    }
    assert (
        served["serving_default"](text=tf.constant([], tf.string))["score"].shape == 0
    )


def answering(monkeypatch, change):
    """Let the fresh process be one whose answers are changed."""

    def answers(folder, asked):
        served = tf.saved_model.load(str(folder)).signatures
        return [change(served[name](**inputs)) for name, inputs in asked]

    monkeypatch.setattr("seqkit.export._answers_of_fresh_process", answers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda given: {"y": given["y"] * 1.001}, "the live model answers"),
        (lambda given: {"y": given["y"][:1]}, "the live model answers"),
        (lambda given: {"y": given["y"] * np.nan}, r"reloaded one \[nan, nan\]"),
        (lambda given: {"y": tf.cast(given["y"], tf.float64)}, "the live model"),
        (lambda given: {"z": given["y"]}, "output '[yz]' is missing"),
    ],
)
def test_refuses_other_answers_and_writes_nothing(
    monkeypatch, tmp_path, change, message
):
    answering(monkeypatch, change)
    double = Signature(lambda x: {"y": 2 * x}, FLOATS, [{"x": [1.0, 2.0]}])
    with pytest.raises(ExportError, match=message):
        export_saved_model(tmp_path / "1", {"serving_default": double}, [])
    assert not list(tmp_path.iterdir())


def test_same_answers_replace_an_earlier_model(monkeypatch, tmp_path):
    answering(monkeypatch, lambda given: given)
    for factor in (2.0, 3.0):
        scale = Signature(lambda x, f=factor: {"y": f * x}, FLOATS, [{"x": [1.0]}])
        export_saved_model(tmp_path / "1", {"serving_default": scale}, [])
    served = tf.saved_model.load(str(tmp_path / "1")).signatures["serving_default"]
    assert served(x=tf.constant([1.0]))["y"].numpy().tolist() == [3.0]
    assert [path.name for path in tmp_path.iterdir()] == ["1"]


def test_a_folder_of_something_else_stays(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    double = Signature(lambda x: {"y": 2 * x}, FLOATS)
    with pytest.raises(InputError, match="holds something else"):
        export_saved_model(tmp_path, {"serving_default": double}, [])
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def python_op(x):
    return {"y": tf.numpy_function(lambda v: 2 * v, [x], tf.float32)}


compiled = tf.function(lambda x: 2 * x, jit_compile=True)


@pytest.mark.parametrize("function", [python_op, lambda x: {"y": compiled(x)}])
def test_refuses_what_cannot_run_elsewhere(tmp_path, function):
    with pytest.raises(ExportError, match="stock TensorFlow ops only"):
        export_saved_model(
            tmp_path / "1", {"serving_default": Signature(function, FLOATS)}, []
        )
    assert not list(tmp_path.iterdir())


def test_a_fresh_process_that_fails_is_an_error(tmp_path, monkeypatch):
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('cannot load this')")
    monkeypatch.setattr(fresh_process, "__file__", str(broken))
    double = Signature(lambda x: {"y": 2 * x}, FLOATS, [{"x": [1.0]}])
    with pytest.raises(ExportError, match="cannot load this"):
        export_saved_model(tmp_path / "1", {"serving_default": double}, [])
    assert not (tmp_path / "1").exists()


def test_tensors_survive_the_way_to_the_other_process():
    tensors = {
        "text": tf.constant(["", "很好", b"\xff\x00"]),
        "empty": tf.zeros((0, 3)),
        "number": tf.constant(7, tf.int64),
    }
    packed = json.loads(json.dumps(fresh_process.pack(tensors)))
    for name, value in fresh_process.unpack(packed).items():
        assert value.dtype == tensors[name].dtype
        np.testing.assert_array_equal(value, tensors[name])


def test_an_op_of_cudnn_is_refused(tmp_path):
    def needs_a_gpu(x):
        outputs = tf.raw_ops.CudnnRNNV3(
            input=x,
            input_h=tf.zeros((1, 2, 3)),
            input_c=0.0,
            params=tf.zeros(54),
            sequence_lengths=[4, 4],
            rnn_mode="gru",
        )
        return {"y": outputs.output}

    signature = Signature(needs_a_gpu, {"x": tf.TensorSpec((4, 2, 3))})
    with pytest.raises(ExportError, match="CudnnRNNV3"):
        export_saved_model(tmp_path / "1", {"serving_default": signature}, [])
    assert not list(tmp_path.iterdir())


def test_the_fresh_process_sees_no_gpu(tmp_path, monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options["env"])
        raise RuntimeError

    monkeypatch.setattr("subprocess.run", run)
    signature = Signature(
        lambda x: {"y": x}, {"x": tf.TensorSpec([None])}, probes=[{"x": [1.0]}]
    )
    with pytest.raises(RuntimeError):
        export_saved_model(tmp_path / "1", {"serving_default": signature}, [])
    assert seen["CUDA_VISIBLE_DEVICES"] == "-1"

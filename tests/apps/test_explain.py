"""The pages of the applications: of a text, a translation, a reading."""

import json

import numpy as np
import pytest

from seqkit.apps import anomaly
from seqkit.inspect.packed import unpacked
from seqkit.models import AnomalyDetector, SentimentClassifier, Translator
from tests.apps import anomaly_runs, sentiment_runs, translate_runs
from tests.apps.anomaly_runs import COLUMNS, FAULT, table_file


def page_of(path):
    text = path.read_text(encoding="utf-8")
    start = '<script type="application/json" id="data">'
    title = text.partition("<title>")[2].partition("</title>")[0]
    return title, json.loads(text.partition(start)[2].partition("</script>")[0])


def quantity(layer, kind, name, key="values"):
    kinds = {(each["kind"], each["name"]): each for each in layer["quantities"]}
    found = kinds[kind, name]
    return unpacked(found[key], len(found["units"]))


def test_a_text(sentiment_run, tmp_path, capsys):
    text = "a good film , so good and never bad or too long to see again"
    page = tmp_path / "page.html"
    model = ("--model", sentiment_run)
    assert sentiment_runs.run("explain", text, *model, "--output", page) == 0
    classifier = SentimentClassifier.load(sentiment_run)
    (answer,) = classifier([text])
    said = f"{answer.label}, {answer.score:.3f}"
    assert capsys.readouterr().out.startswith(said)
    title, data = page_of(page)
    assert title.startswith(said)
    (layer,) = data["layers"]
    assert layer["network"] == "GRU"
    assert layer["name"].startswith("recurrent_1")
    assert layer["tokens"] == text.split()  # more than one stretch of 8
    states = quantity(layer, "state", "h")
    assert states.shape == (len(text.split()), 4)
    vectors = classifier.network.get_layer("embedding").get_weights()[0]
    ids = classifier.codec([text])[0].numpy()
    inputs = quantity(layer, "input", "x")
    np.testing.assert_allclose(inputs, vectors[ids], rtol=1e-3)
    # By how much the log-odds change with a word's vector: two calls beside it.
    gradient = quantity(layer, "input", "x", "gradients")[1, 2]
    probabilities = []
    for change in (0.02, -0.02):
        moved = np.array(vectors)
        moved[ids[1], 2] += change
        classifier.network.get_layer("embedding").set_weights([moved])
        probabilities.append(classifier.probabilities([text])[0].max())
    odds = np.log(probabilities) - np.log1p(-np.array(probabilities))
    if (ids == ids[1]).sum() == 1 and classifier.answers == "network and n-grams":
        assert gradient == pytest.approx((odds[0] - odds[1]) / 0.04, rel=0.05)


def test_a_translation(translation_run, tmp_path, capsys):
    page = tmp_path / "page.html"
    given = ("three one five", "--model", translation_run, "--output", page)
    assert translate_runs.run("explain", *given) == 0
    translator = Translator.load(translation_run)
    (answer,) = translator(["three one five"])
    title, data = page_of(page)
    assert title == answer.text
    assert capsys.readouterr().out.splitlines()[0] == answer.text
    (alignment,) = translator.align(["three one five"])
    names = [layer["name"] for layer in data["layers"]]
    assert [name.split("/")[0] for name in names] == ["encoder", "decoder", "decoder"]
    encoder, decoder, attention = data["layers"]
    assert encoder["tokens"] == alignment.source
    assert decoder["tokens"][:-1] == attention["tokens"][:-1] == alignment.target
    assert attention["quantities"][-2]["units"] == alignment.source
    weights = quantity(attention, "gate", "α")[: len(alignment.target)]
    np.testing.assert_allclose(weights, alignment.weights, rtol=2e-3, atol=1e-5)


@pytest.fixture(scope="module")
def with_network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    data = table_file(folder / "data.csv")
    quick = ["--lags", "8", "--recurrent", "always", "--no-seasons", "--units", "4"]
    quick += ["--epochs", "1", "--network", "GRU", "--window", "16"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnomalyDetector, "export", lambda self, folder: folder.mkdir())
        given = ("train", "--data", data, *COLUMNS, *quick, "--output", folder / "run")
        assert anomaly_runs.run(*given) == 0
    return folder / "run", data


def test_a_reading(with_network, tmp_path, capsys):
    folder, data = with_network
    page = tmp_path / "page.html"
    given = (
        "explain",
        "--model",
        folder,
        "--data",
        data,
        "--readings",
        20,
        "--output",
        page,
    )
    assert anomaly_runs.run(*given) == 0
    title, found = page_of(page)
    (layer,) = found["layers"]
    assert layer["name"] == "stack/1"
    assert layer["time"] == 20
    when = title.partition(": ")[0]
    assert capsys.readouterr().out.startswith(title)
    # The states are those of a run over all readings before.
    detector = AnomalyDetector.load(folder)
    options = anomaly.Anomalies().parser("anomaly.py").parse_args(list(map(str, given)))
    config = anomaly.Anomalies().config(folder)
    _, series = anomaly.Anomalies().prepared(options, config)
    labels = anomaly.texts(series.index)
    place = labels.index(when)
    assert abs(place - FAULT) < 5
    assert layer["tokens"] == labels[place - 20 : place]
    from seqkit.models.anomaly.forecaster import network_features

    read = detector.forecaster.normal.read(series.values, series.times[0])
    linear = detector.forecaster.normal.forecasts(read)
    stack = detector.forecaster.network.get_layer("stack")
    whole = stack(network_features(read, linear)[None, :place])[0][0, -20:]
    np.testing.assert_allclose(quantity(layer, "output", "y"), whole, 2e-3, 1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--at", "2030-01-01 00:00:00"), "--at must be a reading from 2024"),
        (("--at", "2024-01-01 00:00:00"), "--at must have a reading before it"),
        (("--readings", 0), "--readings must be at least 1; got 0"),
    ],
)
def test_no_such_reading(with_network, tmp_path, capsys, arguments, message):
    folder, data = with_network
    page = tmp_path / "page.html"
    given = ("explain", "--model", folder, "--data", data, "--output", page)
    assert anomaly_runs.run(*given, *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not list(tmp_path.iterdir())


def test_a_detector_without_a_network(anomaly_run, tmp_path, capsys):
    data = table_file(tmp_path / "data.csv")
    page = tmp_path / "page.html"
    given = ("explain", "--model", anomaly_run, "--data", data, "--output", page)
    assert anomaly_runs.run(*given) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "needs a model with a recurrent network; got linear forecast" in line
    assert not page.exists()


def test_an_empty_text(sentiment_run, translation_run, tmp_path, capsys):
    page = tmp_path / "page.html"
    both = (sentiment_runs, sentiment_run), (translate_runs, translation_run)
    for runs, run in both:
        assert runs.run("explain", "", "--model", run, "--output", page) == 2
        assert "TEXT must have a token; got none" in runs.the_line(capsys, "explain")
    assert not page.exists()

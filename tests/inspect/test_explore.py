"""The page: what it holds, its size, and what a browser shows on it."""

import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.trace import BROWSER
from seqkit import layers
from seqkit.inspect import explore, trace
from seqkit.inspect.packed import MOST_NUMBERS, packed, unpacked

TOKENS = ["the", "</script>", "<b>film</b>", "%code%", "was", "“bad”"]
MASK = np.array([[True] * 6, [True] * 5 + [False]])
FLAGS = [*BROWSER, "--window-size=1300,1000"]


def of_last(y):
    return tf.reduce_sum(y[:, -1] ** 2)


@pytest.fixture(scope="module")
def found():
    x = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")
    layer = layers.GRU(4, return_sequences=True, name="gru")
    return trace(layer, x, MASK, loss=of_last)


def data_of(page):
    start = '<script type="application/json" id="data">'
    _, _, text = page.read_text(encoding="utf-8").partition(start)
    return json.loads(text.partition("</script>")[0])


def test_the_numbers_of_a_page(found, tmp_path):
    page = tmp_path / "page.html"
    explore(found, page, TOKENS, title="<i>GRU</i> & co.", row=1)
    text = page.read_text(encoding="utf-8")
    assert "<title>&lt;i&gt;GRU&lt;/i&gt; &amp; co.</title>" in text
    (layer,) = data_of(page)["layers"]
    assert layer["tokens"] == TOKENS
    assert layer["valid"] == MASK[1].tolist()
    shown = {(q["kind"], q["name"]): q for q in layer["quantities"]}
    record = found.layers[0]
    for values, key in ((record, "values"), (record.gradients, "gradients")):
        for kind, name, array in values.items():
            if kind == "product":
                continue
            numbers = unpacked(shown[kind, name][key], array.shape[-1])
            np.testing.assert_allclose(numbers, array[1], rtol=5e-4, err_msg=name)


def test_tokens_and_units_by_the_name_of_a_layer(found, tmp_path):
    page = tmp_path / "page.html"
    explore(found, page, {"gru": TOKENS, "other": "?"}, {"gru": "abcd"})
    (layer,) = data_of(page)["layers"]
    assert layer["tokens"] == TOKENS
    assert [q["units"] for q in layer["quantities"]][-1] == list("abcd")
    explore(found, page, {"other": "?"})
    assert data_of(page)["layers"][0]["tokens"] is None


def test_small_numbers_keep_their_digits():
    array = 10.0 ** -np.arange(40)[:, None] * [1, 0.01, -0.5]
    array[3] = np.nan
    array[4] = 0
    text = packed(array)
    np.testing.assert_allclose(unpacked(text, 3), array, rtol=5e-4, atol=1e-38)


def test_a_long_text_with_many_units_fits(tmp_path):
    steps, page = 2000, tmp_path / "page.html"
    layer = layers.MinLSTM(128, return_sequences=True)
    x = np.random.default_rng(0).normal(size=(1, steps, 64)).astype("float32")
    record = trace(layer, x, loss=of_last)
    record.layers *= 2
    explore(record, page, ["a"] * steps)
    assert page.stat().st_size < 10e6
    shown = data_of(page)["layers"][0]["quantities"]
    assert {q["width"] for q in shown} == {64, 128}
    units = {len(q["units"]) for q in shown if q["width"] == 128}
    assert units <= set(range(20, 128))
    numbers = 4 * steps * sum(len(q["units"]) for q in shown)
    assert 0.9 * MOST_NUMBERS < numbers <= MOST_NUMBERS


def test_what_moves_most_is_shown(tmp_path, monkeypatch):
    monkeypatch.setattr("seqkit.inspect.packed.MOST_NUMBERS", 5 * 4)
    layer = layers.IndRNN(3, "linear", return_sequences=True, use_bias=False)
    layer.build((None, None, 1))
    layer.set_weights([np.array([[0.1, 3.0, 1.0]]), np.zeros(3)])
    x = np.random.default_rng(0).normal(size=(1, 5, 1)).astype("float32")
    page = tmp_path / "page.html"
    explore(trace(layer, x), page)
    *_, state, output = data_of(page)["layers"][0]["quantities"]
    assert state["units"] == output["units"] == ["1"]
    np.testing.assert_allclose(unpacked(state["values"], 1), 3 * x[0], rtol=5e-4)
    monkeypatch.setattr("seqkit.inspect.packed.MOST_NUMBERS", 5)
    with pytest.raises(ValueError, match="must have at most 5 numbers"):
        explore(trace(layer, x), tmp_path / "other.html")
    assert not (tmp_path / "other.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tokens": ["a"]}, "`tokens` of 'gru' must be 6, one for each .* got 1"),
        ({"row": 2}, "`row` must be an integer from 0 to 1, got 2"),
        ({"row": True}, "`row` must be an integer from 0 to 1, got True"),
    ],
)
def test_bad_arguments(found, tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        explore(found, tmp_path / "page.html", **arguments)
    with pytest.raises(FileNotFoundError, match="`path` must be in a folder that is"):
        explore(found, tmp_path / "none" / "page.html")
    with pytest.raises(ValueError, match=r"`trace` must be what .* gives, got 'page'"):
        explore("page", tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def browser(tmp_path):
    webdriver = pytest.importorskip("selenium.webdriver")
    programs = shutil.which("chromium"), shutil.which("chromedriver")
    if None in programs:
        pytest.skip("there is no Chromium with its driver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(programs[1])
    driver = webdriver.Chrome(options=options, service=service)
    driver.set_page_load_timeout(60)
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


def until(condition):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(None, 30, 0.05).until(lambda _: condition())


def test_a_hover_shows_the_right_numbers(found, tmp_path, browser):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    page = tmp_path / "page.html"
    explore(found, page, TOKENS, row=1)
    browser.get(page.as_uri())
    until(lambda: browser.execute_script("return document.body.dataset.ready"))
    spans = browser.find_elements(By.CSS_SELECTOR, "#text span")
    assert [span.text for span in spans] == TOKENS
    step = browser.find_element(By.ID, "step")
    record, t = found.layers[0], 2
    ActionChains(browser).move_to_element(spans[t]).perform()
    until(lambda: step.text == f"Step {t} “{TOKENS[t]}”")
    rows = browser.find_elements(By.CSS_SELECTOR, "#numbers tr")
    lines = {row.get_attribute("data-name"): row.text.split() for row in rows[1:]}
    for _, name, values, slopes in (
        (*one, other[2])
        for one, other in zip(record.items(), record.gradients.items(), strict=True)
        if one[0] in ("gate", "state")
    ):
        label, *numbers = lines[name]
        expected = [values[1, t, 0], slopes[1, t, 0], values[1, t].min()]
        expected += [values[1, t].max(), values[1, t].mean()]
        assert label == name
        # The mean is of values rounded to 0.05 %.
        rounding = 5e-4 * abs(values[1, t]).max()
        np.testing.assert_allclose(
            list(map(float, numbers)), expected, rtol=6e-3, atol=rounding
        )

    # Over the plot of all units: what its own label says, and the step beside it.
    unit, t = 3, 4
    plot = browser.find_element(By.ID, "overview")
    x, y = browser.execute_script(
        "const of = arguments[0]._fullLayout, x = of.xaxis, y = of.yaxis;"
        "return [x._offset + x.l2p(arguments[1]), y._offset + y.l2p(arguments[2])]",
        plot,
        t,
        unit,
    )
    middle = plot.size["width"] / 2, plot.size["height"] / 2
    offsets = round(x - middle[0]), round(y - middle[1])
    ActionChains(browser).move_to_element_with_offset(plot, *offsets).perform()
    until(lambda: step.text.startswith(f"Step {t} "))
    label = until(lambda: plot.find_elements(By.CSS_SELECTOR, ".hovertext text"))[0]
    where, _, number = label.text.partition(": ")
    assert where == f"step {t}, unit {unit}"
    value = float(number.replace("−", "-"))
    np.testing.assert_allclose(value, record.states["h"][1, t, unit], 6e-3)

    # Keys move too; the last step is masked.
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
    until(lambda: step.text.endswith("not taken"))
    assert browser.get_log("browser") == []


def test_attention_with_names_of_its_memory(tmp_path, browser):
    from selenium.webdriver.common.by import By

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.attention = layers.LuongAttention("dot", name="attention")
            self.recurrent = layers.SimpleRNN(2, return_sequences=True, name="rnn")

        def call(self, x):
            memory = self.recurrent(x)
            return self.attention(memory[:, :2], memory)

    found = trace(Model(), np.ones((1, 3, 2), "float32"))
    found.layers.reverse()
    page = tmp_path / "page.html"
    tokens = {"attention": ["un", "deux"], "rnn": ["a", "b", "c"]}
    explore(found, page, tokens, {"attention": ["a", "b", "c"]})
    browser.get(page.as_uri())
    until(lambda: browser.execute_script("return document.body.dataset.ready"))
    chosen = browser.find_element(By.ID, "unit").text.split()
    assert chosen == ["a", "b", "c"]
    spans = browser.find_elements(By.CSS_SELECTOR, "#text span")
    assert [span.text for span in spans] == ["un", "deux"]
    assert browser.get_log("browser") == []

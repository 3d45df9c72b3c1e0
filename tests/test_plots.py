import sys

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager

from seqkit import plots
from seqkit.models.classification.calibration import reliability
from seqkit.plots import fonts
from seqkit.plots.classification import wilson_interval

WORDS = [("$5", 1.0), ("很好", -2.0), ("👍🏽", 0.1), *[("word", 0.2)] * 60]
BLEU = [
    {"shortest": 1, "longest": 1, "pairs": 4, "bleu": 90.0, "bleu_interval": 9.0},
    {"shortest": 2, "longest": 9, "pairs": 40, "bleu": 70.0, "bleu_interval": 5.0},
]


def pictures():
    twelve = list("abcdefghijkl")
    two = np.array([[3, 1], [0, 2]])
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.4, 0.6]])
    found = reliability(probabilities, np.array([0, 1, 0]))
    return {
        "learning": plots.learning_curves(
            {"loss": [2.0, 1.0], "val_loss": [2, 3]}, [1]
        ),
        "validation only": plots.learning_curves({"val_bleu": [2.0, 1.0]}, [1, 2]),
        "one epoch": plots.learning_curves({"loss": [2.0]}),
        "confusion": plots.confusion_matrix(two, ["$a$", "很好"]),
        "many classes": plots.confusion_matrix(np.eye(12, dtype=int), twelve),
        "reliability": plots.reliability_diagram({"test": found}, {"test": 0.1}),
        "lengths": plots.accuracy_by_length(np.arange(40), np.arange(40) % 2, 20),
        "one length": plots.accuracy_by_length(np.array([3, 3]), np.array([1, 0])),
        "bleu": plots.bleu_by_length({"GRU": BLEU, "copy": BLEU[:1]}, "zh"),
        "alignments": plots.alignments(
            [("$h", ["很好", "$"], ["a"], np.eye(1, 2))] * 3
        ),
        "alignment": plots.alignments([("h", ["a"], ["a"], np.eye(1))]),
        "attribution": plots.attribution([("A $heading$", WORDS), ("empty", [])]),
    }


@pytest.mark.parametrize("name", list(pictures()))
def test_draws_a_picture(name, tmp_path):
    pictures()[name].savefig(tmp_path / "picture.png")
    image = matplotlib.image.imread(tmp_path / "picture.png")[..., :3]
    assert (image.std(axis=(0, 1)) > 0.01).all()


def test_leaves_pyplot_and_backend_alone(tmp_path):
    backend, settings = matplotlib.get_backend(), dict(matplotlib.rcParams)
    loaded = "matplotlib.pyplot" in sys.modules
    for figure in pictures().values():
        figure.savefig(tmp_path / "picture.png")
    assert matplotlib.get_backend() == backend
    assert dict(matplotlib.rcParams) == settings
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_confusion_shows_counts_and_shares():
    axes = plots.confusion_matrix(np.array([[3, 1], [0, 2]]), ["a", "b"]).axes[0]
    shown = [text.get_text() for text in axes.texts]
    assert shown == ["3\n75%", "1\n25%", "0\n0%", "2\n100%"]
    assert axes.get_ylabel() == "true"
    assert axes.get_xlabel() == "predicted"


def test_lengths_are_grouped_without_loss():
    lengths, right = np.array([1, 1, 2, 5, 9, 9, 9, 30]), np.ones(8)
    axes = plots.accuracy_by_length(lengths, right).axes[0]
    labels = [label.get_text() for label in axes.get_xticklabels()]
    counts = [int(label.split("n = ")[1].rstrip(")")) for label in labels]
    assert sum(counts) == len(lengths)
    assert labels[0].startswith("1")
    assert labels[-1].split("\n")[0].endswith("30")


def test_a_metric_of_validation_alone_is_drawn():
    history = {"loss": [2.0, 1.0], "val_loss": [2.0, 3.0], "val_bleu": [1.0, 5.0]}
    figure = plots.learning_curves(history, [2])
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "bleu"]
    drawn = [[line.get_ydata() for line in axes.lines] for axes in figure.axes]
    assert [list(map(list, each[:-1])) for each in drawn] == [
        [[2, 1], [2, 3]],
        [[1, 5]],
    ]
    names = [text.get_text() for text in figure.legends[0].texts]
    assert names == ["training", "validation", "weights kept"]


def test_bleu_has_its_interval_and_what_it_is_compared_with():
    axes = plots.bleu_by_length({"GRU": BLEU, "copy": BLEU}).axes[0]
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == ["1\n(n = 4)", "2-9\n(n = 40)"]
    (bars,) = axes.collections
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [[81, 99], [65, 75]]


def test_alignments_stand_at_their_tokens():
    weights = np.array([[0.9, 0.1, 0.0], [0.2, 0.2, 0.6]])
    example = ("head", ["eine", "x", "Katze"], ["a", "cat"], weights)
    figure = plots.alignments([example])
    axes = figure.axes[0]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["eine", "x", "Katze"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["a", "cat"]
    assert axes.images[0].get_array().tolist() == weights.tolist()
    assert axes.get_title() == "head"


def test_wilson_interval():
    """Wilson 1927 for 8 of 10: 0.490 to 0.943."""
    middle, half = wilson_interval(np.array([0.8]), np.array([10]))
    assert middle - half == pytest.approx(0.490, abs=1e-3)
    assert middle + half == pytest.approx(0.943, abs=1e-3)


def test_attribution_words_stay_on_the_page_and_apart():
    figure = plots.attribution([("heading", WORDS)])
    figure.savefig("/dev/null", format="png")
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    width, height = figure.canvas.get_width_height()
    for number, box in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height
        assert not any(box.overlaps(other) for other in boxes[:number])


def test_colour_says_for_or_against():
    figure = plots.attribution([("heading", [("for", 2.0), ("against", -2.0)])])
    _, good, bad = figure.axes[0].texts
    red, _, blue, _ = good.get_bbox_patch().get_facecolor()
    assert blue > red
    red, _, blue, _ = bad.get_bbox_patch().get_facecolor()
    assert red > blue


@pytest.fixture
def only_the_default_font(monkeypatch):
    monkeypatch.setattr(fonts, "_fonts", list)


@pytest.mark.usefixtures("only_the_default_font")
def test_says_when_no_font_has_a_sign():
    figure = plots.attribution([("heading", [("很好", 1.0)])])
    assert figure.axes[0].texts[1].get_text() == "□□"
    assert "no installed font" in figure.get_suptitle()


@pytest.mark.usefixtures("only_the_default_font")
def test_drops_what_is_unseen_anyway(monkeypatch):
    monkeypatch.setattr(fonts, "_characters", lambda path: frozenset("ab"))
    assert fonts.legible(["a\ufe0fb", "c\u200d"])[0] == ["ab", "□"]


def test_chinese_needs_no_font_of_the_system(monkeypatch):
    pytest.importorskip("zhplot")
    default = font_manager.findfont(font_manager.FontProperties())
    own = [f for f in font_manager.fontManager.ttflist if f.fname == default]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)
    fonts._fonts.cache_clear()
    shown, families = fonts.legible(["买牛奶", "瑪麗", "\u200bひら"])
    fonts._fonts.cache_clear()
    assert shown == ["买牛奶", "瑪麗", "ひら"]
    assert families[-1] == "Noto Sans SC"


def test_every_sign_drawn_is_in_a_chosen_font():
    shown, families = fonts.legible(["很好看 ok"])
    chosen = [f for f in font_manager.fontManager.ttflist if f.name in families]
    default = font_manager.findfont(font_manager.FontProperties())
    paths = {default, *(font.fname for font in chosen)}
    signs = set().union(*(fonts._characters(path) for path in paths))
    assert set(shown[0]) <= signs


@pytest.mark.filterwarnings("error")
def test_an_empty_translation_has_an_empty_panel():
    figure = plots.alignments([("none", ["un", "deux"], [], np.zeros((0, 2)))])
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        "un",
        "deux",
    ]


def test_names_that_are_alike_when_shortened_are_numbered():
    names = [f"the class of all texts number {n} that are alike" for n in range(30)]
    axes = plots.confusion_matrix(np.eye(30, dtype=int), names).axes[0]
    shown = [label.get_text() for label in axes.get_xticklabels()]
    assert len(set(shown)) == 30
    assert shown[0].startswith("1: the class")


@pytest.mark.parametrize("heading", ["x" * 300, "\u5f88\u597d" * 100, "a word " * 60])
def test_a_long_heading_stays_over_its_alignment(heading):
    source, weights = ["a"] * 12, np.full((2, 12), 1 / 12)
    figure = plots.alignments([(heading, source, ["b", "c"], weights)] * 2)
    figure.draw_without_rendering()
    for axes in figure.axes[:2]:
        title, below = axes.title.get_window_extent(), axes.get_window_extent()
        assert title.x0 >= below.x0 - 1
        assert title.x1 <= below.x1 + 1


def test_a_long_legend_stays_on_the_page():
    names = ["MultiRecurrent to DepthGatedLSTM, bahdanau attention, " * 2, "b", "c"]
    figure = plots.bleu_by_length(dict.fromkeys(names, BLEU))
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert legend.get_window_extent().x0 >= 0
    assert legend.get_window_extent().x1 <= figure.bbox.x1

"""What the site is made of, without making it: pages, equations, the reference."""

import doctest
import importlib
import pkgutil
import re
import sys
from pathlib import Path

import pytest

import seqkit

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))
docstrings = importlib.import_module("extensions.docstrings")
links = importlib.import_module("extensions.links")
equations = importlib.import_module("extensions.equations")
reference = importlib.import_module("extensions.reference")
sys.path.remove(str(DOCS))

LINKS = reference.links()
INSIDE = {"apps", "testing"}  # of these, what the reference names
HELPERS = {
    "docstrings", "folders", "fresh_process", "keras_internals", "lazy",
    "scalars", "signature", "tensorflow_internals", "version", "wording",
}  # fmt: skip


def test_the_reference_has_every_public_part():
    parts = {module.name for module in pkgutil.iter_modules(seqkit.__path__)}
    assert parts - INSIDE - HELPERS <= set(reference.PARTS)


@pytest.mark.parametrize("part", reference.PARTS)
def test_the_reference_has_every_public_name(part):
    names = reference.public_names(part)
    module = importlib.import_module(f"seqkit.{part}")
    assert set(getattr(module, "__all__", names)) == set(names)
    overview = reference.overview(part, LINKS)
    for name, thing in names.items():
        assert f"   {reference.page_name(part, name)}\n" in overview
        assert re.search(
            rf":: seqkit\.{part}\.{name}$", reference.page(part, name, thing), re.M
        )


@pytest.mark.parametrize("name", list(seqkit.layers.networks()))
def test_the_page_of_a_network_has_its_equations(name):
    cls = seqkit.layers.networks()[name]
    page = docstrings.to_rst(cls.__doc__, LINKS)
    assert r".. math::" in page
    assert r" & = " in page
    assert "``units``\n    " in page
    shown = re.sub(r":math:`[^`]*`|``[^`]*``|\.\. math::\n\n(    .*\n)+", "", page)
    assert not re.search(r"[a-z]_\{|[⊙σ]", shown), shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h_t = f(x_t)", r"h_{t} = f(x_{t})"),
        ("c^l_{t-1}", "c^{l}_{t-1}"),
        ("x̂_t", r"\hat{x}_{t}"),
        ("i'_t", "i'_{t}"),
        ("sqrt(a (b)) + c", r"\sqrt{a\, (b)} + c"),
        ("Σ_i x_i", r"\sum _{i}\, x_{i}"),
        ("forward_t", r"\mathrm{forward}_{t}"),
        ("A_TP n_ab", r"A_{\mathrm{TP}}\, n_{a b}"),
        ("reset_after=True", r"\texttt{reset_after=True}"),
        ("one of W and U", r"\text{one of }W\text{ and }U"),
        ("where T_g divides t", r"\text{where }T_{g}\text{ divides }t"),
    ],
)
def test_expressions_in_latex(text, expected):
    assert equations.latex(text) == expected


def test_blocks_that_are_no_equations_stay_as_they_are():
    assert not equations.is_math(["step(tokens) -> logits"])
    assert not equations.is_math(["forecast   how far", "season     how usual"])
    assert equations.is_math(["y_t = x_t", "  + z_t", "h_t = y_t"])


def test_sentences_as_pages():
    link = {"LSTM": "seqkit.layers.LSTM"}

    def page(text):
        return docstrings.to_rst(text, link).strip()

    assert page("A `LSTM` of `units`.") == (
        "A :py:obj:`LSTM <seqkit.layers.LSTM>` of ``units``."
    )
    assert page("Gates z_t, r_t and more.") == (
        "Gates :math:`z_{t}`, :math:`r_{t}` and more."
    )
    assert page("It takes *args | more_.") == r"It takes \*args \| more\_."
    assert page("Sum.\n\nReference: X (arXiv 1406.1078).").endswith(
        "(`arXiv 1406.1078 <https://arxiv.org/abs/1406.1078>`__)."
    )
    assert page(
        "Sum.\n\nArgs:\n    x: a\n        number.\n\nExample: so.\n>>> 1\n1"
    ) == (
        "Sum.\n\n.. rubric:: Arguments\n\n``x``\n    a number.\n\n"
        ".. rubric:: Example\n\nSo.\n\n.. code-block:: pycon\n\n    >>> 1\n    1"
    )


@pytest.mark.parametrize(
    "module", [docstrings, equations, links], ids=lambda m: m.__name__
)
def test_examples(module):
    assert doctest.testmod(module).failed == 0


def test_pages_differ_where_case_makes_no_difference():
    pages = [
        reference.page_name(part, name).lower()
        for part in reference.PARTS
        for name in reference.public_names(part)
    ]
    assert len(set(pages)) == len(pages)


OF_ADDONS = """
    ESNCell LayerNormLSTMCell LayerNormSimpleRNNCell NASCell PeepholeLSTMCell
    AttentionMechanism AttentionWrapper AttentionWrapperState BahdanauAttention
    BahdanauMonotonicAttention LuongAttention LuongMonotonicAttention hardmax
    monotonic_attention safe_cumprod BasicDecoder BasicDecoderOutput BeamSearchDecoder
    BeamSearchDecoderOutput BeamSearchDecoderState FinalBeamSearchDecoderOutput
    gather_tree gather_tree_from_array tile_batch BaseDecoder Decoder dynamic_decode
    SequenceLoss sequence_loss CustomSampler GreedyEmbeddingSampler InferenceSampler
    SampleEmbeddingSampler Sampler ScheduledEmbeddingTrainingSampler
    ScheduledOutputTrainingSampler TrainingSampler
"""  # what tfa.rnn and tfa.seq2seq had, in version 0.23


def test_every_name_of_tensorflow_addons_has_its_row():
    page = (DOCS / "start" / "05_from_tensorflow_addons.py").read_text()
    rows = "\n".join(re.findall(r"^#    ``.*", page, re.MULTILINE))
    for name in OF_ADDONS.split():
        assert re.search(rf"``{name}\b", rows), name


def test_every_page_can_be_reached():
    pages = {path.stem for path in DOCS.glob("*.md")} - {"index"}
    listed = set()
    for path in DOCS.glob("*.md"):
        for toctree in re.findall(r"```{toctree}\n(.*?)```", path.read_text(), re.S):
            listed |= set(re.findall(r"([\w/]+)>?$", toctree, re.MULTILINE))
    assert pages <= listed
    for folder in ("start", "lessons", "lessons_zh"):
        assert (DOCS / folder / "GALLERY_HEADER.rst").exists()
    started = {f"gallery/start/{p.stem}" for p in DOCS.glob("start/[0-9]*.py")}
    assert started <= listed

import numpy as np
import pytest

from seqkit.decoding import RecordedBeamSearch, beam_search
from seqkit.errors import InputError
from seqkit.inspect import pictures
from tests.decoding.models import END, RandomModel


def path_to(tree, number):
    """The tokens that lead to a node, and the start."""
    tokens = []
    while number >= 0:
        tokens.append(tree.nodes[number].token)
        number = tree.nodes[number].parent
    return tokens[::-1]


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("seed", [0, 1])
def test_is_what_the_search_went_through(size, seed):
    model = RandomModel(1, seed, vocabulary=6)
    options = {
        "end": END, "maximum_length": 6, "size": size, "n_best": size,
        "length_penalty": 0.6, "return_attention": True,
    }  # fmt: skip
    search = RecordedBeamSearch(dropped=2)
    found = search(*model.question, **options)
    for ours, theirs in zip(
        found, beam_search(*model.question, **options), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    tree = search.tree(source=["a", "b", "c"])
    finished = []
    for number, node in enumerate(tree.nodes):
        assert node.parent < number
        _, *tokens = path_to(tree, number)
        assert len(tokens) == node.step
        expected = sum(
            model.following(0, tokens[:place])[0][token]
            for place, token in enumerate(tokens)
        )
        assert node.log_probability == pytest.approx(expected, abs=1e-4)
        if node.fate == "finished":
            finished.append((tokens[:-1], node.score, node.best))
    count = int(np.isfinite(found.scores[0]).sum())
    finished.sort(key=lambda each: -each[1])
    assert [f[0] for f in finished] == [
        ids[:length].tolist()
        for ids, length in zip(
            found.ids[0].numpy()[:count], found.lengths[0].numpy(), strict=False
        )
    ]
    np.testing.assert_allclose([f[1] for f in finished], found.scores[0][:count])
    assert [f[2] for f in finished] == [True] + [False] * (count - 1)
    for step in range(1, max(node.step for node in tree.nodes) + 1):
        here = [node for node in tree.nodes if node.step == step]
        assert sum(node.fate == "kept" for node in here) <= size
        assert sum(node.fate == "dropped" for node in here) <= 2
    np.testing.assert_array_equal(tree.attention, found.attention[0, 0])


def test_table_and_picture_of_a_tree():
    search = RecordedBeamSearch()
    model = RandomModel(1)
    search(*model.question, end=END, maximum_length=4, size=2, return_attention=True)
    tree = search.tree(lambda ids: [f"${token}" for token in ids], ["a", "b", "很"])
    table = pictures.beam_table(tree)
    assert table["log_probability"].tolist() == [n.log_probability for n in tree.nodes]
    for _, here in table.groupby("step"):
        order = here.sort_values("rank")["log_probability"]
        assert order.is_monotonic_decreasing
    figure = pictures.beam(tree)
    shown = [text.get_text().split("\n")[0] for text in figure.axes[0].texts]
    assert shown == tree.texts
    weights = figure.axes[1].images[0].get_array()
    np.testing.assert_array_equal(weights, tree.attention.T)


def test_one_sentence_at_a_time():
    with pytest.raises(InputError, match="start must be of one sentence; got 2"):
        RecordedBeamSearch()(*RandomModel(2).question, end=END, maximum_length=4)
    with pytest.raises(InputError, match="dropped must be at least 0"):
        RecordedBeamSearch(dropped=-1)
    with pytest.raises(InputError, match="a tree needs a search"):
        RecordedBeamSearch().tree()

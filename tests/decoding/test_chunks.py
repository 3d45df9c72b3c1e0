import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding import beam_search, in_chunks
from seqkit.errors import InputError
from tests.decoding.models import END, RandomModel, same


@pytest.mark.parametrize("size", [1, 4, 100])
def test_chunks_change_nothing(size):
    """Rows of one search, in chunks of unlike lengths, as if all were one batch."""
    model = RandomModel(batch=6, vocabulary=6)
    longest = np.array([5, 0, 8, 2, 7, 1], "int32")
    traces = []

    def search(batch):
        traces.append(batch)
        vector, memory, longest = batch
        return beam_search(
            model.step,
            tf.zeros_like(longest),
            {"vector": vector},
            (memory,),
            end=END,
            maximum_length=longest,
            n_best=2,
            return_attention=True,
        )

    batch = (model.state["vector"], model.memory[0], longest)
    expected = search(tf.nest.map_structure(tf.constant, batch))
    assert len({*expected.lengths[:, 0].numpy()}) > 2
    same(in_chunks(search, batch, longest, size), expected)
    assert len(traces) == 2  # the one above and one for every chunk


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_any_number_of_rows_in_a_graph(rows):
    """Chunks hold rows of like length, at most so many; strings are filled up too."""

    def words(texts):
        cut = tf.strings.split(texts)
        return {"words": cut.to_tensor(), "rows": tf.fill([cut.nrows()], cut.nrows())}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    def together(texts):
        return in_chunks(words, texts, tf.strings.length(texts), size=2)

    texts = ["a b c", "", "d", "e f g h", "i j"][:rows]
    found = together(texts)
    cut = [text.split() for text in texts]
    longest = max((len(each) for each in cut), default=0)
    filled = [each + [""] * (longest - len(each)) for each in cut]
    np.testing.assert_array_equal(
        found["words"], np.array(filled, "S").reshape(rows, longest)
    )
    expected = {0: [], 1: [1], 5: [2, 2, 2, 1, 2]}[rows]
    assert found["rows"].numpy().tolist() == expected


def test_bad_size():
    with pytest.raises(InputError, match="size must be at least 1; got 0"):
        in_chunks(tf.identity, [1], [1], size=0)

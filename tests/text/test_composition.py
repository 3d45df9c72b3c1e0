import random
import unicodedata

import tensorflow as tf

from seqkit.text.composing import compose
from seqkit.text.composition import compose_in_python


def composed(texts):
    return [text.decode() for text in compose(tf.constant(texts)).numpy()]


def test_every_character_and_its_parts():
    characters = [chr(c) for c in range(0xA0, 0x3000)] + [
        chr(c) for c in range(0xAC00, 0xD7A4, 7)
    ]
    parts = [unicodedata.normalize("NFD", character) for character in characters]
    for texts in (characters, parts):
        expected = [unicodedata.normalize("NFC", text) for text in texts]
        several = {t for t in characters if len(unicodedata.normalize("NFC", t)) > 1}
        for text, found, in_python, right in zip(
            characters, composed(texts), map(compose_in_python, texts), expected,
            strict=True,
        ):  # fmt: skip
            assert found == in_python
            if text not in several:  # characters that have no composed form
                assert found == right, ascii(text)


def test_equals_python_on_random_marks():
    generator = random.Random(1)
    signs = "aeoAu \u0301\u0302\u0308\u0323\u0327\u1112\u1161\u11ab\ud55c\uac00\u3099か"
    texts = ["".join(generator.choices(signs, k=9)) for _ in range(2000)]
    assert composed(texts) == [compose_in_python(text) for text in texts]
    usual = [  # marks below come before marks above
        "".join(f"{letter}\u0323\u0302" for letter in generator.choices("aeo", k=4))
        for _ in range(50)
    ]
    assert composed(usual) == [unicodedata.normalize("NFC", text) for text in usual]


def test_shapes_and_texts_that_are_composed():
    assert compose(tf.constant([["e\u0301"], [""]])).numpy().tolist() == [
        ["\u00e9".encode()],
        [b""],
    ]
    assert compose(tf.constant([], tf.string)).shape == (0,)
    graph = tf.function(compose, input_signature=[tf.TensorSpec([None], tf.string)])
    assert graph(tf.constant(["e\u0301", "plain"])).numpy()[0] == "\u00e9".encode()

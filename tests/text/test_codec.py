import gzip
import json
import os
import random
import sys
import unicodedata
from pathlib import Path

import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.export import Signature, export_saved_model
from seqkit.text import TextCodec
from seqkit.text.composition import compose_in_python
from seqkit.text.rules import normalize_in_python

TEXTS = [
    "Two young, white males are outside near many bushes.",
    "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
    "L'homme n'a que 42 ans… c'est jeune !",
    "我不知道他在哪里。我知道。",
    "two men, two women (and two dogs) are outside",
    "",
]
LEVELS = TextCodec.LEVELS


def codec(level, lowercase=False, read_only=False):
    return TextCodec.learn(TEXTS, level, 300, lowercase, read_only=read_only)


def decoded(texts):
    return [text.decode() for text in texts.numpy()]


def random_texts(number, lowercase):
    """Any characters there are, common ones and those of the texts.

    Lower case only of what every Unicode database in use has.
    """
    generator = random.Random(number)
    every = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000]
    if lowercase:
        old = unicodedata.ucd_3_2_0
        every = [sign for sign in every if old.category(sign) != "Cn"]
    kinds = [
        every,
        [chr(c) for c in range(0x250)],
        list(" ".join(TEXTS)),
        list(" '.1a"),
    ]
    return [
        "".join(
            generator.choice(generator.choice(kinds))
            for _ in range(generator.randrange(40))
        )
        for _ in range(number)
    ]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("lowercase", [False, True])
def test_equals_python_on_random_unicode(level, lowercase):
    coder = codec(level, lowercase)
    texts = [*TEXTS, *random_texts(2000, lowercase)]
    ids = coder(texts)
    assert ids.dtype == tf.int32
    assert ids.to_list() == coder.encode_in_python(texts)
    assert decoded(coder.decode(ids)) == coder.decode_in_python(ids.to_list())


@pytest.mark.parametrize("level", LEVELS)
def test_equals_python_where_texts_are_only_read(level):
    coder = codec(level, read_only=True)
    texts = [*TEXTS, "a<br />b", *random_texts(1000, lowercase=False)]
    assert coder(texts).to_list() == coder.encode_in_python(texts)
    assert TextCodec.from_config(coder.get_config()).read_only
    with pytest.raises(InputError, match="read_only cannot be decoded"):
        coder.decode(coder(texts))


def test_a_text_with_the_sign_of_what_is_unknown():
    for level, sizes in (("word", 50), ("char", 50), ("bpe", 270)):
        for read_only in (False, True):
            coder = TextCodec.learn(["what ⁇"] * 2, level, sizes, read_only=read_only)
            assert coder(["what ⁇"]).to_list() == coder.encode_in_python(["what ⁇"])


@pytest.mark.parametrize("level", LEVELS)
def test_decoding_gives_the_texts_back(level):
    coder = codec(level)
    texts = [" ".join(text.split()) for text in TEXTS]
    assert decoded(coder.decode(coder(texts))) == texts
    assert decoded(coder.decode(coder(["  two\t\u00admen\n"]))) == ["two men"]


def test_subwords_give_any_text_back():
    coder, texts = codec("bpe"), random_texts(2000, lowercase=False)
    once = decoded(coder.decode(coder(texts)))
    assert decoded(coder.decode(coder(once))) == once
    composed = map(compose_in_python, texts)
    visible = [[sign for sign in text if sign.isalnum()] for text in composed]
    assert [[sign for sign in text if sign.isalnum()] for text in once] == visible


@pytest.mark.parametrize("level", LEVELS)
def test_tokens_joined_are_the_text(level):
    coder, texts = codec(level), [TEXTS[0], TEXTS[4]]
    tokens = coder.tokens(coder(texts)).to_list()
    assert [b"".join(row).decode().strip() for row in tokens] == texts


def test_unknown_tokens_do_not_vanish():
    coder = TextCodec.learn(["a dog, a cat"], "word")
    assert coder(["a bird, bird"]).to_list() == [[4, 3, 7, 3]]
    assert decoded(coder.decode(coder(["a bird, bird", "\U0001f426"]))) == [
        "a ⁇, ⁇",
        "⁇",
    ]
    coder = TextCodec.learn(["a dog"], "char")
    assert decoded(coder.decode(coder(["a god 狗"]))) == ["a god ⁇"]


def test_reserved_and_dense_ids():
    coder = TextCodec.learn(["a b"], "word")
    a, b = coder(["a b"]).to_list()[0]
    dense = tf.constant([[1, a, b, 2, 0], [b, 2, 0, 0, 0], [0, 0, 0, 0, 0]])
    assert decoded(coder.decode(dense)) == ["a b", "b", ""]
    assert decoded(coder.decode(dense.numpy())) == ["a b", "b", ""]
    ragged = tf.RaggedTensor.from_tensor(dense, padding=0)
    assert decoded(coder.decode(ragged)) == ["a b", "b", ""]
    for ids in (dense, ragged):
        assert coder.tokens(ids).to_list() == [
            [b"<s>", b" a", b" b", b"</s>"],
            [b" b", b"</s>"],
            [],
        ]


def test_ids_that_come_from_no_text():
    coder = TextCodec("bpe", [])
    bytes_of_ids = b"\xe6\x88", b" a\x00 \n", b"two\r\nlines\xe2\x80\xa8 e\xcc\x81"
    broken = [[4 + byte for byte in each] for each in bytes_of_ids]
    ids = tf.ragged.constant(broken, tf.int32)
    assert decoded(coder.decode(ids)) == ["\ufffd", "a", "two lines \u00e9"]
    assert coder.decode_in_python(broken) == ["\ufffd", "a", "two lines \u00e9"]
    assert coder.tokens(ids)[0].numpy().tolist() == ["\ufffd".encode()] * 2
    everything = tf.range(len(coder))[None]
    assert decoded(coder.decode(everything)) == coder.decode_in_python(
        everything.numpy()
    )


@pytest.mark.parametrize("level", LEVELS)
def test_no_texts(level):
    coder = codec(level)
    ids = coder(tf.constant([], tf.string))
    assert ids.to_list() == []
    assert coder.decode(ids).shape == (0,)
    assert decoded(coder.decode(coder(["", " "]))) == ["", ""]


def test_learning():
    texts = ["b b b", "a a c c", "d"]
    coder = TextCodec.learn(texts, "word", size=6)
    assert coder.entries == (" b", " a")
    assert TextCodec.learn(texts[::-1], "word", size=6).entries == coder.entries
    assert TextCodec.learn(texts, "word", minimum_count=3).entries == (" b",)
    assert TextCodec.learn(["ab ab", "B"], "char", 9, True).entries == ("b", "a", " ")
    assert len(TextCodec.learn(TEXTS, "bpe", size=280)) == 280
    assert len(TextCodec.learn(["abc"], "bpe")) == 260  # no pair twice
    assert len(TextCodec.learn([], "bpe")) == 260
    assert len(TextCodec.learn([], "word")) == 4


@pytest.mark.parametrize("level", LEVELS)
def test_config(level):
    coder = codec(level, lowercase=True)
    config = json.loads(json.dumps(coder.get_config()))
    again = TextCodec.from_config(config)
    assert again.get_config() == coder.get_config()
    assert len(again) == len(coder)
    assert again(TEXTS).to_list() == coder(TEXTS).to_list()


def test_bad_arguments():
    with pytest.raises(
        InputError, match=r"level must be one of bpe, word, char; got '"
    ):
        TextCodec("sentence", [])
    with pytest.raises(
        InputError, match=r"level must be one of bpe, word, char; got '"
    ):
        TextCodec.learn(TEXTS, "sentence")
    for level, size, least in (
        ("bpe", 259, 260), ("word", 4, 5), ("char", "8", 5), ("word", 8.5, 5),
        ("char", None, 5), ("bpe", True, 260),
    ):  # fmt: skip
        message = f"size must be at least {least} with level {level}; got {size!r}"
        with pytest.raises(InputError, match=message):
            TextCodec.learn(TEXTS, level, size=size)
    for texts, message in (
        ("text", "texts must be a list of strings; got 'text'"),
        (None, "texts must be a list of strings; got None"),
        (["a", 1], "texts must be strings; got 1 at position 1"),
        (["caf\udce9"], "must be texts that UTF-8 can write; .* at position 0"),
    ):
        with pytest.raises(InputError, match=message):
            TextCodec.learn(texts)
    with pytest.raises(InputError, match=r"minimum_count must be at least 1; got 0"):
        TextCodec.learn(TEXTS, minimum_count=0)
    for tokens in (["a", "a"], [""]):
        with pytest.raises(InputError, match="every token must occur once"):
            TextCodec("char", tokens)
    with pytest.raises(InputError, match=r"0 to 256; got \(97, 257\)"):
        TextCodec("bpe", [(97, 98), (97, 257)])


@pytest.mark.parametrize("level", LEVELS)
def test_same_in_dataset(level):
    coder = codec(level)
    dataset = tf.data.Dataset.from_tensor_slices(TEXTS).batch(4).map(coder)
    assert [row for batch in dataset for row in batch.to_list()] == coder(
        TEXTS
    ).to_list()


def test_same_in_a_fresh_process_whatever_its_language(tmp_path, monkeypatch):
    """A SavedModel of every level, loaded where Turkish has its own lower case."""
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")

    def signature(coder):
        def there_and_back(text):
            ids = coder(text)
            return {
                "ids": ids.to_tensor(),
                "text": coder.decode(ids),
                "tokens": coder.tokens(ids).to_tensor(),
            }

        texts = [*TEXTS, "TITLE İ", *random_texts(50, lowercase=True)]
        probes = [{"text": texts}, {"text": []}]
        return Signature(
            there_and_back, {"text": tf.TensorSpec([None], tf.string)}, probes
        )

    coders = {level: codec(level, lowercase=True) for level in LEVELS}
    for coder in coders.values():
        assert coder(["TITLE İ"]).to_list() == coder.encode_in_python(["TITLE İ"])
    export_saved_model(
        tmp_path / "1",
        {level: signature(coder) for level, coder in coders.items()},
        [table for coder in coders.values() for table in coder.resources],
    )


def read(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="\n") as file:
        return [part for line in file for part in line.rstrip("\n").split("\t")]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["multi30k", "eutrans", "tatoeba"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_sentence_of_the_benchmarks(name, level):
    """SEQKIT_BENCHMARK_DATA names a folder of folders of texts."""
    folder = Path(os.environ.get("SEQKIT_BENCHMARK_DATA", "nowhere"), name)
    if not folder.is_dir():
        pytest.skip("SEQKIT_BENCHMARK_DATA has no such folder")
    texts = sorted({text for path in folder.iterdir() for text in read(path)})
    for lowercase in (False, True):
        coder = TextCodec.learn(texts, level, 8000, lowercase)
        ids = coder(texts)
        assert ids.to_list() == coder.encode_in_python(texts)
        if level == "bpe":
            plain = [normalize_in_python(text, lowercase) for text in texts]
            assert decoded(coder.decode(ids)) == plain

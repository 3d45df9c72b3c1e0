from dataclasses import asdict, replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.run_files import read_config
from seqkit.models.translation.network import EncoderDecoder
from seqkit.models.translation.translator import Translator
from seqkit.recurrence import portable
from seqkit.text import TextCodec
from tests.models.translation.conftest import TINY, WORDS, reversed_pairs


def texts_of(answers):
    return [answer.text for answer in answers]


def test_learns_to_translate_in_another_order(translator):
    sources, targets = reversed_pairs(60, seed=2)
    found = texts_of(translator(sources))
    right = np.mean([a == b for a, b in zip(found, targets, strict=True)])
    assert right > 0.9
    assert translator.bleu(*reversed_pairs(60, seed=2)) > 90


def test_answers_do_not_depend_on_their_company_or_order(translator):
    sources, _ = reversed_pairs(150, seed=3, longest=8)
    together = translator(sources)
    for row in (0, 70, 149):
        alone = translator([sources[row]])[0]
        assert alone.text == together[row].text
        assert alone.score == pytest.approx(together[row].score, abs=1e-4)
    assert translator([]) == []
    assert translator([""])[0].text == ""


def test_scores_are_those_of_the_teacher_forced_output(translator):
    sources, _ = reversed_pairs(20, seed=4)
    codec = translator.source_codec
    for source, answers in zip(sources, translator.n_best(sources, 3), strict=True):
        scores = [answer.score for answer in answers]
        assert scores == sorted(scores, reverse=True)
        assert len({answer.text for answer in answers}) == len(answers)
        read = codec.encode_in_python([source])[0]
        for text, score in answers:
            ids = [*translator.target_codec.encode_in_python([text])[0], TextCodec.END]
            given = np.array([[*read, TextCodec.END]]), np.array([[1, *ids[:-1]]])
            logits = translator.network(given).numpy()[0].astype("float64")
            log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
            total = log_p[np.arange(len(ids)), ids].sum()
            power = ((5 + len(ids)) / 6) ** TINY.length_penalty
            assert score == pytest.approx(total / power, abs=2e-3)


def test_alignments_follow_the_words(translator):
    texts = ["one two three four", "five", ""]
    first, second, third = translator.align(texts)
    assert first.source == [" one", " two", " three", " four", "</s>"]
    assert first.weights.shape == (len(first.target), 5)
    np.testing.assert_allclose(first.weights.sum(axis=1), 1, rtol=1e-5)
    assert second.source == [" five", "</s>"]
    assert third.target == []
    assert "".join(first.target).strip() == translator(texts)[0].text


def test_save_and_load(translator, tmp_path):
    translator.save(tmp_path, {"data": "somewhere"})
    config = read_config(tmp_path)
    assert config["settings"] == asdict(TINY)
    assert config["data"] == "somewhere"
    loaded = Translator.load(tmp_path)
    sources, _ = reversed_pairs(10, seed=5)
    assert loaded(sources) == translator(sources)
    assert loaded.settings == translator.settings
    assert loaded.source_codec is loaded.target_codec


def test_separate_vocabularies_and_long_pairs(tmp_path):
    """Chinese characters out, capitals in; what is too long is not trained on."""
    sources, targets = ["ONE TWO", "THREE", "ONE " * 9], ["一二", "三", "一" * 9]
    settings = replace(
        TINY, level="char", joint=False, lowercase=True, epochs=60, patience=60,
        max_length=8, units=16,
    )  # fmt: skip
    with portable():
        fitted = Translator.fit(
            sources, targets, (sources[:2], targets[:2]), settings, verbose=0
        )
    assert len(fitted.source_codec) == 4 + len(set("one two three"))
    assert len(fitted.target_codec) == 4 + 3
    assert texts_of(fitted(["one two", "Three"])) == ["一二", "三"]
    fitted.save(tmp_path)
    loaded = Translator.load(tmp_path)
    assert loaded(["one two"]) == fitted(["one two"])
    assert fitted(["one two" + "!" * 50]) == fitted(["one two!"])  # no more is read


def test_the_saved_model_answers_as_python(translator, tmp_path):
    translator.export(tmp_path / "1")
    served = tf.saved_model.load(str(tmp_path / "1")).signatures
    assert set(served) == {"serving_default", "greedy", "n_best", "align"}
    sources = [*reversed_pairs(20, seed=6)[0], "", "unknown 很好", "one " * 300]
    found = served["serving_default"](text=tf.constant(sources))
    answers = translator(sources)
    assert [t.decode() for t in found["translation"].numpy()] == texts_of(answers)
    np.testing.assert_allclose(found["score"], [a.score for a in answers], atol=1e-4)
    none = served["serving_default"](text=tf.constant([], tf.string))
    assert none["translation"].shape == (0,)
    several = served["n_best"](text=tf.constant(sources[:2]))
    assert several["translations"].shape == (2, TINY.beam)
    aligned = served["align"](text=tf.constant(sources[:1]))
    assert aligned["attention"].shape == (
        1,
        *aligned["target_tokens"].shape[1:],
        *aligned["source_tokens"].shape[1:],
    )


@pytest.mark.parametrize(
    ("pairs", "validation", "message"),
    [
        ((["a"], ["b", "c"]), (["a"], ["b"]), "training must have as many sources as"),
        (([], []), (["a"], ["b"]), "training must have at least one pair"),
        ((["a"], ["b"]), ([], []), "validation must have at least one pair"),
        ((["a " * 200], ["b"]), (["a"], ["b"]), r"of at most 100 tokens \(max_length"),
    ],
)
def test_pairs_that_cannot_be_learnt_from(pairs, validation, message):
    with pytest.raises(InputError, match=message):
        Translator.fit(*pairs, validation, TINY, verbose=0)


@pytest.mark.parametrize("text", ["one two three", "five", ""])
def test_a_search_tree_leads_to_the_translations(translator, text):
    tree = translator.search_tree(text)
    found = [(n.score, k) for k, n in enumerate(tree.nodes) if n.fate == "finished"]
    translations = []
    for score, number in sorted(found, reverse=True):
        words = []
        while (number := tree.nodes[number].parent) > 0:
            words.append(tree.texts[number])
        translations.append(("".join(reversed(words)).strip(), pytest.approx(score)))
    beam = translator.settings.beam
    assert translations == [tuple(t) for t in translator.n_best([text], beam)[0]]
    looked = translator.align([text])[0]
    assert tree.source == looked.source
    np.testing.assert_allclose(tree.attention, looked.weights, atol=1e-5)
    with pytest.raises(InputError, match="text must be a string; got"):
        translator.search_tree([text])


def test_one_string_is_not_a_list_of_texts(translator):
    with pytest.raises(InputError, match="texts must be a list of strings; got '"):
        translator("one two")


def test_no_alignment_without_attention():
    codec = TextCodec.learn(list(WORDS), level="word")
    settings = replace(TINY, attention="none")
    network = EncoderDecoder(settings, len(codec), len(codec))
    with pytest.raises(InputError, match="alignments need an attention"):
        Translator(network, codec, codec, settings).align(["one"])


def test_a_damaged_folder_is_named(translator, tmp_path):
    translator.save(tmp_path)
    (tmp_path / "config.json").write_text('{"seqkit": "1"}')
    with pytest.raises(InputError, match="not the configuration of a translator"):
        Translator.load(tmp_path)
    with pytest.raises(InputError, match="there is no such folder"):
        Translator.load(tmp_path / "none")


def test_same_seed_same_translator():
    pairs = reversed_pairs(40)
    settings = replace(TINY, epochs=1, dropout=0.3)
    with portable():
        first, again, other = (
            Translator.fit(
                *pairs, pairs, replace(settings, seed=seed), verbose=0
            ).network.get_weights()
            for seed in (1, 1, 2)
        )
    for one, two, three in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one, two)
        assert one.ndim < 2 or np.abs(one - three).max() > 1e-3
    keras.utils.clear_session()

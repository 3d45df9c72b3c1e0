"""Sentences in, translations out."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.decoding import (
    Decoded,
    RecordedBeamSearch,
    SearchTree,
    beam_search,
    in_chunks,
)
from seqkit.errors import InputError
from seqkit.export import Signature, export_saved_model
from seqkit.models.run_files import (
    MODEL_FILE,
    config_of,
    read_network,
    write_config,
)
from seqkit.models.translation.encoding import (
    checked_pairs,
    encoded_pairs,
    learn_codecs,
)
from seqkit.models.translation.network import EncoderDecoder
from seqkit.models.translation.settings import TranslatorSettings
from seqkit.models.translation.training import Training
from seqkit.recurrence import portable
from seqkit.text import TextCodec
from seqkit.text.strings import checked_strings
from seqkit.wording import briefly

PROBES = ("qwxyzzy zzyxwq", "👍🏽 ❤️ 🇩🇪 :-)", "很好看。", "Ωραίο ٣ слово", "a\x00b")
_FREE_TOKENS = 10  # that any translation may have, whatever its source
_COVERED = 0.999  # share of training pairs whose ratio of lengths is allowed


class Translation(NamedTuple):
    """A translation and its score: the greater, the surer.

    Args:
        text: The translation.
        score: Its log-probability, divided as `settings.length_penalty` says.
    """

    text: str
    score: float


class Alignment(NamedTuple):
    """Where attention looked for each token of a translation.

    Args:
        source: Tokens that were read, the end among them.
        target: Tokens of the translation.
        weights: Shape (target, source), each row sums to 1.
    """

    source: list[str]
    target: list[str]
    weights: np.ndarray


class Translator:
    """A trained translator of sentences.

    Made by `fit` or `load`. Calling it with sentences gives one `Translation` for
    each; the same search is what `export` writes into a SavedModel.

    Args:
        network: Source and target ids to logits.
        source_codec: Sources to ids.
        target_codec: Targets to ids and back; the same one where they are joint.
        settings: What it was made with.
        length_factor: A translation has at most so many tokens for each token of its
            source, and ten more.

    Attributes:
        history: By metric, a value for each epoch.
        chosen: The epochs, the first being 1, whose weights' mean it has.

    Example:
        >>> words = ["one", "two", "three"], ["un", "deux", "trois"]
        >>> settings = TranslatorSettings(
        ...     level="word", units=16, embedding=16, decoder_layers=1, dropout=0.0,
        ...     bidirectional=False, epochs=60, patience=60, learning_rate=0.03,
        ...     warmup=0, monitor="loss",
        ... )
        >>> translator = Translator.fit(*words, words, settings, verbose=0)
        >>> [answer.text for answer in translator(["two", "one"])]
        ['deux', 'un']
    """

    def __init__(
        self,
        network: EncoderDecoder,
        source_codec: TextCodec,
        target_codec: TextCodec,
        settings: TranslatorSettings,
        length_factor: float = 2.0,
    ) -> None:
        self.network = network
        self.source_codec, self.target_codec = source_codec, target_codec
        self.settings = settings
        self.length_factor = length_factor
        self.history: dict[str, list[float]] = {}
        self.chosen: list[int] = []
        self._graphs: dict[tuple, Callable] = {}

    @classmethod
    def fit(
        cls,
        sources: Sequence[str],
        targets: Sequence[str],
        validation: tuple[Sequence[str], Sequence[str]],
        settings: TranslatorSettings,
        folder: str | os.PathLike | None = None,
        verbose: int | str = "auto",
    ) -> "Translator":
        """Train a translator.

        `settings.seed` becomes the global seed of Python, NumPy and TensorFlow.

        Args:
            sources: Sentences to train on.
            targets: Their translations.
            validation: Sources and targets that are not trained on.
            settings: Every choice.
            folder: Where the run is written after each epoch, and goes on from when it
                was stopped; None to keep nothing.
            verbose: 0, 1 or 2 as in `keras.Model.fit`; "auto" is a progress bar on a
                terminal and a line an epoch elsewhere.

        Raises:
            InputError: There is no pair to train on or to validate with, there is no
                such network, or `folder` holds a run with other settings or pairs.
        """
        pairs = checked_pairs(sources, targets, "training")
        valid_pairs = checked_pairs(*validation, "validation")
        keras.utils.set_random_seed(settings.seed)
        codecs = learn_codecs(*pairs, settings)
        training = encoded_pairs(*pairs, codecs, settings, "training", verbose)
        valid = encoded_pairs(*valid_pairs, codecs, settings, "validation", verbose)
        network = EncoderDecoder(settings, *map(len, codecs))
        ratios = [len(t) / len(s) for s, t in zip(*training, strict=True)]
        factor = round(float(np.quantile(ratios, _COVERED)), 3)
        translator = cls(network, *codecs, settings, factor)
        some_sources, some_targets = (e[: settings.monitored] for e in valid_pairs)
        run = Training(
            network,
            training,
            valid,
            lambda: translator.bleu(some_sources, some_targets),
            folder,
            verbose,
        )
        run.run()
        translator.history, translator.chosen = run.history, run.chosen
        return translator

    def __call__(
        self, texts: Sequence[str], beam: int | None = None
    ) -> list[Translation]:
        """Translate texts.

        Args:
            texts: Sentences; of a longer one the first `settings.max_length` tokens.
            beam: Translations kept in the search; `settings.beam` where it is None.
        """
        return [each[0] for each in self.n_best(texts, 1, beam)]

    def n_best(
        self, texts: Sequence[str], n: int, beam: int | None = None
    ) -> list[list[Translation]]:
        """Give the best translations of each text, the best first.

        There are fewer than `n` where the search ends in fewer different ones.
        """
        found = self._search(texts, beam or max(n, self.settings.beam), n)
        answers = []
        for each in zip(found["texts"], found["scores"], strict=True):
            best: dict[bytes, Translation] = {}
            for text, score in zip(*each, strict=True):
                if np.isfinite(score):
                    best.setdefault(text, Translation(text.decode(), float(score)))
            answers.append(list(best.values()))
        return answers

    def too_long(self, texts: Sequence[str]) -> list[bool]:
        """Say of each text whether it is longer than what is read of it."""
        lengths = self.source_codec(tf.constant(texts, tf.string)).row_lengths()
        return (lengths > self.settings.max_length).numpy().tolist()

    def align(self, texts: Sequence[str], beam: int | None = None) -> list[Alignment]:
        """Say where attention looked as each text was translated.

        Raises:
            InputError: There is no attention.
        """
        if self.settings.attention == "none":
            raise InputError("alignments need an attention; got attention='none'")
        found = self._search(texts, beam or self.settings.beam, 1, True)
        names = ("source_tokens", "target_tokens", "attention")
        answers = []
        for *tokens, weights in zip(*(found[name] for name in names), strict=True):
            source, target = ([t.decode() for t in each if t] for each in tokens)
            answers.append(
                Alignment(source, target, weights[: len(target), : len(source)])
            )
        return answers

    def search_tree(self, text: str, beam: int | None = None) -> SearchTree:
        """Give the beginnings of translations that a search kept, and some it dropped.

        Args:
            text: A sentence; of a longer one the first `settings.max_length` tokens.
            beam: Translations kept in the search; `settings.beam` where it is None.

        Raises:
            InputError: What is given is not one text.
        """
        if not isinstance(text, str):
            raise InputError(f"text must be a string; got {briefly(text)}")
        search, beam = RecordedBeamSearch(), beam or self.settings.beam
        looks = self.settings.attention != "none"
        with portable():
            found = self.search(tf.constant([text]), beam, beam, looks, by=search)

        def in_words(ids: list[int]) -> list[str]:
            tokens = self.target_codec.tokens(tf.constant(ids)[:, None])
            return [b"".join(each).decode() for each in tokens.to_list()]

        source = found["source_tokens"][0].numpy() if looks else ()
        return search.tree(in_words, [token.decode() for token in source if token])

    def bleu(
        self, sources: Sequence[str], references: Sequence[str], beam: int = 1
    ) -> float:
        """Give the BLEU of translations beside references. Needs the `apps` extra."""
        from seqkit.models.translation.evaluation import Scorer, tokenizer_of

        outputs = [answer.text for answer in self(sources, beam)]
        scorer = Scorer(tokenizer_of(references), self.settings.lowercase)
        return scorer.bleu(outputs, references)

    def _search(
        self, texts: Sequence[str], beam: int, n: int, attention: bool = False
    ) -> dict[str, np.ndarray]:
        """Search for the translations of strings, with the portable loop."""
        texts = checked_strings(texts, "texts")
        with portable():
            found = self._graph(beam, n, attention)(tf.constant(texts, tf.string))
        return {name: each.numpy() for name, each in found.items()}

    def _graph(self, beam: int, n: int, attention: bool = False) -> Callable:
        """Give `search` over any number of texts as a graph, made when asked for."""
        key = (beam, n, attention)
        if key not in self._graphs:

            def in_turn(texts: tf.Tensor) -> dict[str, tf.Tensor]:
                lengths = tf.strings.length(texts)
                return in_chunks(lambda some: self.search(some, *key), texts, lengths)

            self._graphs[key] = tf.function(
                in_turn,
                input_signature=[tf.TensorSpec([None], tf.string)],
                autograph=False,
            )
        return self._graphs[key]

    def search(
        self,
        texts: tf.Tensor,
        beam: int,
        n: int,
        attention: bool = False,
        by: Callable = beam_search,
    ) -> dict[str, tf.Tensor]:
        """Translate strings of shape (rows,), in the graph.

        Args:
            texts: The strings.
            beam: Translations kept in the search.
            n: Translations of each.
            attention: Whether to say where it looked.
            by: The search.

        Returns:
            texts (rows, n) string and scores (rows, n) float32, the best first; with
            `attention` also, of the best translation, source_tokens (rows, source) and
            target_tokens (rows, target), filled up with "", and attention (rows,
            target, source) float32.
        """
        end, decoder = TextCodec.END, self.network.decoder
        ids = self.source_codec(texts)[:, : self.settings.max_length]
        lengths = tf.cast(ids.row_lengths(), tf.float32)
        longest = tf.cast(tf.math.ceil(self.length_factor * lengths), tf.int32)
        longest = tf.where(lengths > 0, longest + _FREE_TOKENS, 0)
        ends = tf.fill([ids.nrows(), 1], end)
        ids = tf.concat([ids, tf.cast(ends, ids.dtype)], axis=1).to_tensor()
        missing = tf.cast(tf.shape(ids)[1] == 0, tf.int32)  # where there is no text
        ids = tf.pad(ids, [[0, 0], [0, missing]])
        encoded = self.network.encode(ids)
        given = (
            decoder.step,
            tf.fill([tf.shape(ids)[0]], TextCodec.START),
            decoder.search_state(encoded.summary),
            encoded,
        )
        penalty, coverage = self.settings.length_penalty, self.settings.coverage_penalty
        found = by(
            *given,
            end=end,
            maximum_length=longest,
            size=beam,
            n_best=n,
            length_penalty=penalty,
            coverage_penalty=coverage,
            source_mask=encoded.mask if coverage else None,
            return_attention=attention,
        )
        return self._answers(found, ids)

    def _answers(self, found: Decoded, sources: tf.Tensor) -> dict[str, tf.Tensor]:
        """Give the texts of what was found."""
        shape = tf.shape(found.ids)
        flat = tf.reshape(found.ids, [shape[0] * shape[1], shape[2]])
        texts = tf.reshape(self.target_codec.decode(flat), shape[:2])
        answers = {"texts": texts, "scores": found.scores}
        if found.attention is not None:
            best = found.ids[:, 0]
            answers["source_tokens"] = self.source_codec.tokens(sources).to_tensor()
            answers["target_tokens"] = self.target_codec.tokens(best).to_tensor()
            answers["attention"] = found.attention[:, 0]
        return answers

    def export(self, folder: str | os.PathLike) -> None:
        """Write the SavedModel, proven in a fresh process; see `seqkit.export`.

        Signatures, each with the whole beam search inside:
        - `serving_default(text: string [n])` gives translation (n,) and score (n,);
        - `n_best(text)` gives translations and scores (n, `settings.beam`);
        - `greedy(text)` as `serving_default`, by greedy search, which is faster;
        - `align(text)`, where there is attention, gives translation, source_tokens,
          target_tokens and attention (n, target, source).
        """
        beam, inputs = self.settings.beam, {"text": tf.TensorSpec([None], tf.string)}

        def best(text: tf.Tensor, beam: int = beam) -> dict[str, tf.Tensor]:
            found = self._graph(beam, 1)(text)
            return {"translation": found["texts"][:, 0], "score": found["scores"][:, 0]}

        def n_best(text: tf.Tensor) -> dict[str, tf.Tensor]:
            found = self._graph(beam, beam)(text)
            return {"translations": found["texts"], "scores": found["scores"]}

        def align(text: tf.Tensor) -> dict[str, tf.Tensor]:
            found = self._graph(beam, 1, True)(text)
            names = ("source_tokens", "target_tokens", "attention")
            return {"translation": found["texts"][:, 0]} | {n: found[n] for n in names}

        functions = {
            "serving_default": best,
            "greedy": lambda text: best(text, 1),
            "n_best": n_best,
        }
        if self.settings.attention != "none":
            functions["align"] = align
        word = self.source_codec.decode([[TextCodec.UNKNOWN + 1]]).numpy()[0].decode()
        texts = ["", word, " ".join([word] * 2 * self.settings.max_length), *PROBES]
        probes = [{"text": each} for each in [*([text] for text in texts), texts]]
        export_saved_model(
            folder,
            {name: Signature(f, inputs, probes) for name, f in functions.items()},
            [*self.source_codec.resources, *self.target_codec.resources]
            + [variable.value for variable in self.network.variables],
        )

    def save(
        self, folder: str | os.PathLike, notes: Mapping[str, Any] | None = None
    ) -> None:
        """Write model.keras and config.json into a folder, made if need be.

        Args:
            folder: The folder.
            notes: More to keep in config.json, such as where the data came from.
        """
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.network.save(Path(folder, MODEL_FILE))
        joint = self.source_codec is self.target_codec
        write_config(
            folder,
            self.settings,
            notes,
            length_factor=self.length_factor,
            source_codec=self.source_codec.get_config(),
            target_codec=None if joint else self.target_codec.get_config(),
        )

    @classmethod
    def load(cls, folder: str | os.PathLike) -> "Translator":
        """Read what `save` wrote.

        Raises:
            InputError: The folder, or a file in it, is missing or cannot be read.
        """
        with config_of(folder, "translator") as config:
            settings = TranslatorSettings(**config["settings"])
            source_codec = target_codec = TextCodec.from_config(config["source_codec"])
            if config["target_codec"] is not None:
                target_codec = TextCodec.from_config(config["target_codec"])
            factor = float(config["length_factor"])
        sizes = len(source_codec), len(target_codec)
        network = read_network(
            folder,
            fits=lambda found: (
                isinstance(found, EncoderDecoder)
                and (found.source_size, found.target_size) == sizes
            ),
        )
        return cls(network, source_codec, target_codec, settings, factor)

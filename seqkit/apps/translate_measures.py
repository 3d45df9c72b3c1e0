"""What a translator is measured by, and the pictures of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seqkit.apps.command_line import table
from seqkit.models.translation.pairs import SentencePairs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from seqkit.models.translation.baselines import Trained
    from seqkit.models.translation.evaluation import Evaluation, Scorer
    from seqkit.models.translation.translator import Translator

_SAMPLES, _SHOWN = 20, 5  # pairs kept in metrics.json, and shown on the screen
_DRAWN, _DRAWN_WORDS = 4, (4, 20)  # alignments drawn, and words of their sources
_CHUNK = 256  # sentences between two looks at the clock


def measure(
    translator: "Translator", pairs: SentencePairs, scorer: "Scorer"
) -> "Evaluation":
    """Translate the sources of pairs, and compare with their targets."""
    from seqkit.models.translation.evaluation import evaluate

    def translate(sources: Sequence[str]) -> list[str]:
        return [
            answer.text for chunk in chunks(sources) for answer in translator(chunk)
        ]

    return evaluate(translate, pairs, scorer)


def chunks(texts: Sequence[str], silent: bool = False) -> Iterator[Sequence[str]]:
    """Give some of the texts at a time; on a terminal, unless silent, with a bar."""
    from tqdm import tqdm  # of the extra `apps`

    off = True if silent else None
    with tqdm(total=len(texts), unit="sentence", disable=off, leave=False) as bar:
        for start in range(0, len(texts), _CHUNK):
            yield texts[start : start + _CHUNK]
            bar.update(len(texts[start : start + _CHUNK]))


def measure_baselines(
    trained: "Trained", pairs: SentencePairs, scorer: "Scorer"
) -> dict[str, dict[str, Any]]:
    """Measure what a result must be compared with, on the same pairs."""
    from seqkit.models.translation.baselines import copy
    from seqkit.models.translation.evaluation import evaluate

    baselines = {"word by word": trained.word_by_word, "copy": copy}
    return {
        name: evaluate(translate, pairs, scorer).metrics
        for name, translate in baselines.items()
    }


def samples(
    pairs: SentencePairs, outputs: Sequence[str], seed: int
) -> list[dict[str, str]]:
    """Draw some pairs, with what was made of them."""
    count = min(_SAMPLES, len(outputs))
    rows = np.random.default_rng(seed).choice(len(outputs), count, replace=False)
    return [
        {
            "source": pairs.sources[r],
            "output": outputs[r],
            "reference": pairs.targets[r],
        }
        for r in rows
    ]


def summary(metrics: Mapping[str, Any]) -> str:
    """Lay out the scores of the network and the baselines, by length, and samples."""
    scores = metrics["scores"]
    rows = [["", "BLEU", "+/-", "chrF", "exact"]]
    for name, each in {metrics["network"]: scores, **metrics["baselines"]}.items():
        figures = (each[key] for key in ("bleu", "bleu_interval", "chrf", "exact"))
        rows.append([name, *(f"{figure:.1f}" for figure in figures)])
    lengths = [["words in the source", "pairs", "BLEU", "+/-", "exact"]]
    for group in scores["by_length"]:
        span = "-".join(map(str, sorted({group["shortest"], group["longest"]})))
        figures = (group[key] for key in ("bleu", "bleu_interval", "exact"))
        lengths.append([span, group["pairs"], *(f"{f:.1f}" for f in figures)])
    shown = [table(list(sample.items())) for sample in metrics["samples"][:_SHOWN]]
    of = {
        "test": "pairs that were not trained on",
        "validation": "validation pairs, which chose the weights",
        "file": f"pairs, {metrics['trained_on']} of them with a source trained on",
    }[metrics["measured_on"]]
    cut = metrics["read_in_part"]
    if cut:
        of += f"; of {cut} the source was read in part, up to --max-length"
    return "\n\n".join(
        [
            f"On {scores['pairs']} {of}:",
            table(rows, right=range(1, 5)),
            table(lengths, right=range(1, 5)),
            *shown,
            f"BLEU: {scores['bleu_signature']}; +/-: 95 % interval by bootstrap\n"
            f"chrF: {scores['chrf_signature']}",
        ]
    )


def figures(
    translator: "Translator", metrics: Mapping[str, Any], pairs: SentencePairs
) -> "dict[str, Figure]":
    """Draw how a translator learnt and how it translated, by name."""
    from seqkit import plots

    compared = {metrics["network"]: metrics["scores"], **metrics["baselines"]}
    drawn = {
        "learning_curves": plots.learning_curves(translator.history, translator.chosen),
        "bleu_by_length": plots.bleu_by_length(
            {name: each["by_length"] for name, each in compared.items()},
            metrics["scores"]["tokenizer"],
        ),
    }
    if translator.settings.attention != "none":
        drawn["alignments"] = plots.alignments(_examples(translator, pairs))
    return drawn


def _examples(
    translator: "Translator", pairs: SentencePairs
) -> list[tuple[str, list[str], list[str], np.ndarray]]:
    """Align the first sentences of readable length, or else the shortest ones."""
    from seqkit.models.translation.evaluation import count_words

    low, high = _DRAWN_WORDS
    words = [count_words(source) for source in pairs.sources]
    readable = [row for row, count in enumerate(words) if low <= count <= high]
    rows = (readable or list(np.argsort(words, kind="stable")))[:_DRAWN]
    found = translator.align([pairs.sources[row] for row in rows])
    return [
        (f"reference: {pairs.targets[row]}", *alignment)
        for row, alignment in zip(rows, found, strict=True)
    ]

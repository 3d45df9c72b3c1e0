"""How good the text classifier is, beside simple ones, over seeds.

python -m benchmarks.sentiment                      movie sentences
python -m benchmarks.sentiment --unlabelled imdb    and vectors from long reviews
python -m benchmarks.sentiment --data FILE --test-data FILE --seeds 1 2 3
python -m benchmarks.sentiment --dataset imdb --seeds 1
python -m benchmarks.sentiment split                what a split at random flatters

The data and settings are those of `apps/sentiment.py train`, its defaults among them.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from seqkit.apps.command_line import Parser, add_settings, run, settings_of, table
from seqkit.apps.sentiment_data import TextSource
from seqkit.models import ClassifierSettings
from seqkit.models.classification.labelled import (
    LabelledSplits,
    LabelledTexts,
    load_reviews,
    split,
    split_in_order,
)

SPLIT_SEEDS = 1, 2


def simple_models() -> dict[str, Any]:
    """Models of words and pairs of words, by name, as scikit-learn has them."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    cut = {"token_pattern": r"\w+|[^\w\s]", "ngram_range": (1, 2)}
    return {
        "naive Bayes": make_pipeline(
            CountVectorizer(binary=True, **cut), MultinomialNB()
        ),
        "logistic regression": make_pipeline(
            TfidfVectorizer(sublinear_tf=True, **cut),
            LogisticRegression(C=10, max_iter=1000),
        ),
    }


def measured(source: TextSource, settings: ClassifierSettings) -> dict[str, Any]:
    """Train with one seed, and give what each model has right of the test."""
    from seqkit.models import SentimentClassifier
    from seqkit.models.classification.evaluation import evaluate

    splits = source.splits(settings.seed)
    started = time.monotonic()
    model = SentimentClassifier.fit(
        *splits.training, splits.validation, settings, source.more_texts(),
        source.vectors, verbose=0,
    )  # fmt: skip
    seconds = time.monotonic() - started
    test = evaluate(model, *splits.test)
    alone = model.ngram_scores(splits.test.texts).argmax(axis=1)
    accuracy = {
        "n-grams and network": test.metrics["accuracy"],
        "n-grams alone": float((alone == test.truth).mean()),
    }
    for name, simple in simple_models().items():
        simple.fit(*splits.training)
        accuracy[name] = float(simple.score(*splits.test))
    return {
        "seed": settings.seed,
        "texts": {name: len(part.texts) for name, part in splits._asdict().items()},
        "answers": model.answers,
        "validation": model.validation,
        "accuracy": accuracy,
        "ece": test.metrics["ece_after"],
        "seconds": round(seconds, 1),
    }


def compare(options: argparse.Namespace) -> None:
    """Train with each seed; print the accuracy of the test, and mean and spread."""
    settings = settings_of(options, ClassifierSettings)
    source = TextSource.of(options)
    found = []
    for seed in options.seeds:
        print(f"seed {seed}", file=sys.stderr, flush=True)
        found.append(measured(source, replace(settings, seed=seed)))
    if options.json:
        print(json.dumps({"data": source.name, "seeds": found}, indent=1))
        return
    head = ["accuracy", *(f"seed {seed}" for seed in options.seeds), "mean", "sd"]
    rows = [head]
    for name in found[0]["accuracy"]:
        values = [each["accuracy"][name] for each in found]
        spread = f"{np.std(values, ddof=1):.3f}" if len(values) > 1 else ""
        shown = [*(f"{value:.3f}" for value in values), f"{np.mean(values):.3f}"]
        rows.append([name, *shown, spread])
    print(f"{source.name}: {found[0]['texts']['test']} texts of the test\n")
    print(table(rows, right=range(1, len(head))))


def ngram_accuracy(splits: LabelledSplits, settings: ClassifierSettings) -> float:
    """Fit the n-grams alone to the training, and measure them on the test."""
    from seqkit.models.classification.ngrams import NgramTable, fit_ngrams
    from seqkit.text import TextCodec

    codec = TextCodec(settings.level, [], settings.lowercase, read_only=True)
    grams = NgramTable(codec.pieces, splits.training.texts, settings.ngrams)
    labels = np.array(splits.training.labels) == "positive"
    fitted = fit_ngrams(grams, labels.astype(int), 2, settings.seed)
    scores = [fitted(codec.pieces([text])).numpy()[0] for text in splits.test.texts]
    truth = np.array(splits.test.labels) == "positive"
    return float((np.argmax(scores, axis=1) == truth).mean())


def flattered(options: argparse.Namespace) -> None:
    """Measure n-grams on a tenth of the long reviews, by film and at random."""
    data: LabelledTexts = load_reviews("imdb").unique()
    for name, cut in (("by film", split_in_order), ("at random", split)):
        found = [
            ngram_accuracy(cut(data, seed), ClassifierSettings(seed=seed))
            for seed in SPLIT_SEEDS
        ]
        print(f"{name:9}", *(f"{each:.3f}" for each in found), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = Parser(description=__doc__, prog="python -m benchmarks.sentiment")
    if given[:1] == ["split"]:
        parser.add_argument("split")
        parser.set_defaults(command=flattered, name="split")
    else:
        parser.set_defaults(command=compare, name="")
        TextSource.add_options(parser)
        parser.set_defaults(dataset="movie-sentences", seed=0)  # each of the seeds
        parser.add_argument(
            "--seeds", nargs="+", type=int, default=[1, 2, 3], metavar="int",
            help="of split, weights and order (default: 1 2 3)",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print JSON")
        add_settings(
            parser, ClassifierSettings, "text, network and training", without="seed"
        )
    return run(parser, given)


if __name__ == "__main__":
    sys.exit(main())

"""Sentiment of texts, or any other classes of theirs, in any language.

python apps/sentiment.py train          # movie sentences, or --data reviews.csv
python apps/sentiment.py predict "A joy from start to end." "What a bore."
python apps/sentiment.py --help
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from command_line import (
    Parser,
    add_settings,
    import_tensorflow_quietly,
    read_lines,
    run,
    settings_of,
    table,
)
from sentiment_run import (
    Source,
    measure_baselines,
    network_name,
    serve_elsewhere,
    summary,
    train_and_write,
)

from seqkit.models import ClassifierSettings
from seqkit.models.run_files import (
    SAVED_MODEL_FOLDER,
    read_config,
)

OUTPUT = "saved_models/sentiment"
DEMO_TEXTS = (
    "a warm, funny and moving film that stays with you",
    "the jokes fall flat and the plot makes no sense",
    "not bad at all",
)
EPILOG = """
examples:
  %(prog)s train                                  movie sentences, about two minutes
  %(prog)s train --dataset imdb --output saved_models/imdb
  %(prog)s train --data reviews.csv --text-column review --label-column stars
  %(prog)s train --data comments.tsv --level char --network GRU --layers 2
  %(prog)s evaluate --data more-reviews.csv       another file, the same model
  %(prog)s predict "A joy from start to end."
  %(prog)s predict --json < texts.txt             one text a line, one JSON line each
  %(prog)s crossvalidate --folds 10 --network Elman
  %(prog)s export --output served/sentiment/1

Each subcommand has its own --help. A run writes one folder (--output):
  1/            SavedModel for TensorFlow Serving: strings in, labels and scores out
  model.keras   the network         config.json   its settings and vocabulary
  metrics.json  what it reached     plots/        pictures of it
"""


def train(options: argparse.Namespace) -> None:
    """Train, evaluate, draw and export."""
    settings = settings_of(options, ClassifierSettings)
    source = Source.of(options)
    metrics = train_and_write(source, settings, options.output)
    print(f"\n{summary(metrics)}\n\nWritten to {options.output}")


def evaluate(options: argparse.Namespace) -> None:
    """Compare a trained model with known labels, beside the baselines."""
    config = read_config(options.model)
    trained_on = Source.of_config(config, options.model)
    source = Source.of(options)
    given = source.read() if source.data else None
    import_tensorflow_quietly()
    from seqkit.models.classification.classifier import SentimentClassifier
    from seqkit.models.classification.evaluation import evaluate as measure

    classifier = SentimentClassifier.load(options.model)
    training, validation, held_out = trained_on.split(classifier.settings.seed)
    test = given or held_out
    metrics = {
        "network": network_name(classifier.settings),
        "test": measure(classifier, *test).metrics,
        "baselines": measure_baselines(classifier, training, validation, test),
    }
    print(json.dumps(metrics) if options.json else summary(metrics))


def predict(options: argparse.Namespace) -> None:
    """Answer texts: from the command line, a file or standard input."""
    texts = options.texts or read_lines(options.file)
    read_config(options.model)  # before the seconds that TensorFlow takes
    import_tensorflow_quietly()
    from seqkit.models import SentimentClassifier

    answers = SentimentClassifier.load(options.model)(texts)
    if options.json:
        for text, answer in zip(texts, answers, strict=True):
            line = {"text": text, "label": answer.label, "score": answer.score}
            print(json.dumps(line, ensure_ascii=False))
        return
    rows: list[Sequence[Any]] = [("label", "score", "text")]
    for text, answer in zip(texts, answers, strict=True):
        rows.append((answer.label, f"{answer.score:.3f}", text))
    print(table(rows))


def crossvalidate(options: argparse.Namespace) -> None:
    """Train and test once for each fold; every text is tested exactly once."""
    settings = settings_of(options, ClassifierSettings)
    parts = Source.of(options).folds(options.folds, settings.seed)
    import_tensorflow_quietly()
    import numpy as np

    from seqkit.models import SentimentClassifier
    from seqkit.models.classification.evaluation import evaluate as measure

    found: dict[str, list[float]] = {}
    for number, (training, validation, test) in enumerate(parts, start=1):
        print(f"fold {number} of {len(parts)}", file=sys.stderr)
        classifier = SentimentClassifier.fit(
            *training, validation, settings, verbose=0 if options.json else "auto"
        )
        results = {network_name(settings): measure(classifier, *test).metrics}
        results |= measure_baselines(classifier, training, validation, test)
        for name, metrics in results.items():
            found.setdefault(name, []).append(metrics["accuracy"])
    if options.json:
        print(json.dumps({"folds": len(parts), "accuracy": found}))
        return
    rows = [["accuracy", *(f"fold {n + 1}" for n in range(len(parts))), "mean", "sd"]]
    for name, values in found.items():
        shown = [*values, np.mean(values), np.std(values, ddof=1)]
        rows.append([name, *(f"{value:.3f}" for value in shown)])
    print(table(rows, right=range(1, len(rows[0]))))


def export(options: argparse.Namespace) -> None:
    """Write the SavedModel of a trained model again, proven in a fresh process."""
    read_config(options.model)
    output = options.output or Path(options.model, SAVED_MODEL_FOLDER)
    import_tensorflow_quietly()
    from seqkit.models import SentimentClassifier

    SentimentClassifier.load(options.model).export(output)
    print(f"Written to {output}: a fresh process gave the same answers")


def demo(options: argparse.Namespace) -> None:
    """Train on movie sentences, then answer from a process without seqkit."""
    started = time.monotonic()
    source = Source(dataset="movie-sentences")
    metrics = train_and_write(source, ClassifierSettings(), options.output)
    folder = Path(options.output, SAVED_MODEL_FOLDER)
    print("\nThe SavedModel, in a fresh process that has only tensorflow:\n")
    print(serve_elsewhere(folder, DEMO_TEXTS))
    print(f"\n{summary(metrics)}")
    print(f"\nWritten to {options.output}, in {time.monotonic() - started:.0f} s:")
    for path in sorted(Path(options.output).rglob("*")):
        if path.is_file() and folder not in path.parents:
            print(f"  {path}")
    print(f"  {folder}/ (SavedModel)")
    print(f'\nNext: {Path(sys.executable)} {sys.argv[0]} predict "your own text"')


def parser() -> Parser:
    """Describe the command line."""
    top = Parser(description=__doc__, epilog=EPILOG, prog="sentiment.py")
    commands = top.add_subparsers(dest="name", required=True, metavar="SUBCOMMAND")

    def add(command: Any) -> argparse.ArgumentParser:
        added = commands.add_parser(
            command.__name__, help=command.__doc__, description=command.__doc__
        )
        added.set_defaults(command=command)
        return added

    for command in (train, crossvalidate):
        Source.add_options(add(command))
    for command in (evaluate, predict, export, demo):
        add(command)
    each = commands.choices
    add_settings(each["train"], ClassifierSettings, "text, network and training")
    add_settings(
        each["crossvalidate"], ClassifierSettings, "text, network and training"
    )
    Source.add_options(each["evaluate"], with_datasets=False)
    for name in ("evaluate", "predict", "export"):
        each[name].add_argument(
            "--model", default=OUTPUT, metavar="DIR",
            help="folder of a run (default: %(default)s)",
        )  # fmt: skip
    for name in ("train", "demo"):
        each[name].add_argument(
            "--output", default=OUTPUT, metavar="DIR",
            help="folder to write, complete or not at all; it replaces an earlier run "
            "(default: %(default)s)",
        )  # fmt: skip
    each["export"].add_argument(
        "--output", metavar="DIR", help="folder to write (default: 1/ in the model's)"
    )
    each["crossvalidate"].add_argument(
        "--folds", type=int, default=5, metavar="int",
        help="parts of the data, each tested once (default: %(default)s)",
    )  # fmt: skip
    for name in ("evaluate", "predict", "crossvalidate"):
        each[name].add_argument("--json", action="store_true", help="print JSON")
    each["predict"].add_argument("texts", nargs="*", metavar="TEXT")
    each["predict"].add_argument("--file", help="texts to answer, one a line, UTF-8")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    return run(parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())

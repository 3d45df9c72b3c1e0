"""Sentiment of texts, or any other classes of theirs, in any language."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.apps.application import Measured, add_json, add_output
from seqkit.apps.command_line import (
    add_settings,
    import_tensorflow_quietly,
    json_line,
    settings_of,
    table,
    texts_of,
)
from seqkit.apps.sentiment_data import TextSource
from seqkit.apps.text_application import TextApplication
from seqkit.errors import InputError
from seqkit.models import ClassifierSettings
from seqkit.models.run_files import SAVED_MODEL_FOLDER
from seqkit.wording import counted

if TYPE_CHECKING:
    from seqkit.models.classification.classifier import SentimentClassifier
    from seqkit.models.classification.labelled import LabelledTexts

DEMO_TEXTS = (
    "a warm, funny and moving film that stays with you",
    "the jokes fall flat and the plot makes no sense",
    "not bad at all",
)
_CHUNK = 1024  # texts answered before they are printed
EPILOG = """
examples:
  %(prog)s train                                  movie sentences, two to three minutes
  %(prog)s train --dataset imdb --output saved_models/imdb
  %(prog)s train --data reviews.csv --text-column review --label-column stars
  %(prog)s train --data reviews.csv --unlabelled more.txt --test-data test.csv
  %(prog)s train --data comments.tsv --level char --network GRU --layers 2
  %(prog)s evaluate --data more-reviews.csv --label-map 1=negative 5=positive
  %(prog)s predict "A joy from start to end."
  %(prog)s predict --json < texts.txt             one text a line, one JSON line each
  %(prog)s explain "A joy from start to end." --output page.html
  %(prog)s crossvalidate --folds 10 --network Elman
  %(prog)s export --output served/sentiment/1

Each subcommand has its own --help. A run writes one folder (--output):
  1/            SavedModel for TensorFlow Serving: strings in, labels and scores out
  model.keras   the network         ngrams.npz    the weights of n-grams
  config.json   its settings and vocabulary
  metrics.json  what it reached     plots/        pictures of it
"""


class Sentiment(TextApplication):
    """The sentiment application."""

    prog = "sentiment.py"
    description = "Sentiment of texts, or any other classes of theirs, in any language."
    epilog = EPILOG
    task = "sentiment"
    output = "saved_models/sentiment"
    settings = ClassifierSettings
    source = TextSource

    def name(self, settings: ClassifierSettings) -> str:
        """Name the model for tables.

        Example:
            >>> Sentiment().name(ClassifierSettings(network="GRU", layers=2))
            'n-grams and bidirectional GRU, 2 layers'
        """
        direction = "bidirectional " if settings.bidirectional else ""
        depth = f", {settings.layers} layers" if settings.layers > 1 else ""
        return f"n-grams and {direction}{settings.network}{depth}"

    def fit(
        self,
        splits: Any,
        source: TextSource,
        settings: ClassifierSettings,
        folder: Path,
    ) -> "SentimentClassifier":
        """Train a classifier."""
        from seqkit.models.classification.classifier import SentimentClassifier

        texts, labels = splits.training
        return SentimentClassifier.fit(
            texts, labels, splits.validation, settings,
            source.more_texts(), source.vectors, folder,
        )  # fmt: skip

    def load(self, folder: str) -> "SentimentClassifier":
        """Read a trained classifier."""
        from seqkit.models import SentimentClassifier

        return SentimentClassifier.load(folder)

    def measure(self, model: "SentimentClassifier", splits: Any) -> Measured:
        """Measure a classifier on the test."""
        from seqkit.apps.sentiment_plots import figures
        from seqkit.models.classification.evaluation import evaluate

        found = evaluate(model, *splits.test)
        return Measured(
            self.measures(model, splits.test, found),
            lambda: figures(model, found, splits.test),
        )

    def measures(
        self, model: "SentimentClassifier", test: "LabelledTexts", found: Any
    ) -> dict[str, Any]:
        """Give what is printed and kept of texts that were answered."""
        from seqkit.models.classification.evaluation import baselines

        return {
            "network": self.name(model.settings),
            "answers": model.answers,
            "test": found.metrics,
            "trained_on": model.trained_on(test.texts),
            "validation": model.validation,
            "baselines": baselines(model, *test),
            "weights": list(map(float, model.weights)),
        }

    def summary(self, metrics: Mapping[str, Any]) -> str:
        """Lay out accuracy and mean F1 of the model and the baselines."""
        test, trained_on = metrics["test"], metrics["trained_on"]
        alone = metrics["answers"] != "network and n-grams"
        rows = [["", "accuracy", "macro F1"]]
        own = {"this model": test} if alone else {metrics["network"]: test}
        for name, each in {**own, **metrics["baselines"]}.items():
            rows.append([name, f"{each['accuracy']:.3f}", f"{each['macro_f1']:.3f}"])
        of = "none of which was" if not trained_on else f"{trained_on} of which were"
        lines = [f"On {counted(test['texts'], 'text')}, {of} trained on:", ""]
        lines += [table(rows, right=[1, 2]), ""]
        if alone:
            both, ngrams = (
                metrics["validation"][each]["cross_entropy"]
                for each in ("network and n-grams", "n-grams alone")
            )
            lines += [
                "The n-grams answer alone: with the network the cross-entropy of the "
                f"validation texts\nis {both:.3f}, without {ngrams:.3f}", "",
            ]  # fmt: skip
        lines.append(
            f"Calibration error (ECE) {test['ece_before']:.3f} as trained, "
            f"{test['ece_after']:.3f} calibrated"
        )
        return "\n".join(lines)

    def evaluate(self, options: argparse.Namespace) -> None:
        """Compare a trained model with known labels, beside the baselines."""
        trained_on = TextSource.of_config(self.config(options.model), options.model)
        named = trained_on if options.data else TextSource()
        for column in ("text_column", "label_column"):
            if getattr(options, column) is None:
                setattr(options, column, getattr(named, column))
        source = TextSource.of(options)
        if source.label_map and not source.data:
            raise InputError("--label-map goes with --data")
        test = source.read(source.data) if source.data else None
        import_tensorflow_quietly()
        from seqkit.models.classification.evaluation import evaluate

        model = self.load(options.model)
        if test is None:
            test = self.splits_again(trained_on, model.settings.seed).test
        metrics = self.measures(model, test, evaluate(model, *test))
        self.show(metrics, options)

    def predict(self, options: argparse.Namespace) -> None:
        """Answer texts: from the command line, a file or standard input."""
        self.config(options.model)  # before texts are waited for
        texts = texts_of(options)
        import_tensorflow_quietly()
        model = self.load(options.model)
        rows: list[Sequence[Any]] = [("label", "score", "text")]
        for start in range(0, len(texts), _CHUNK):
            chunk = texts[start : start + _CHUNK]
            found = model.probabilities(chunk)
            for text, each in zip(chunk, found, strict=True):
                label, score = model.classes[each.argmax()], float(each.max())
                rows.append((label, f"{score:.3f}", text))
                if options.json:
                    every = dict(zip(model.classes, map(float, each), strict=True))
                    line = {
                        "text": text, "label": label, "score": score,
                        "probabilities": every,
                    }  # fmt: skip
                    print(json_line(line))
        if not options.json:
            print(table(rows))

    def explained(self, model: "SentimentClassifier", text: str, page: str) -> str:
        """Write a page on how a text is classified; give the answer."""
        from seqkit.apps.explain import explain_text

        return explain_text(model, text, page)

    def crossvalidate(self, options: argparse.Namespace) -> None:
        """Train and test once for each fold; every text is tested exactly once."""
        settings, source = (
            settings_of(options, ClassifierSettings),
            TextSource.of(options),
        )
        from seqkit.models.classification.labelled import folds

        parts = folds(source.everything(), options.folds, settings.seed)
        import_tensorflow_quietly()
        import numpy as np

        from seqkit.models import SentimentClassifier
        from seqkit.models.classification.evaluation import baselines, evaluate

        found: dict[str, list[float]] = {}
        more = source.more_texts()
        for number, (training, validation, test) in enumerate(parts, start=1):
            print(f"fold {number} of {len(parts)}", file=sys.stderr)
            model = SentimentClassifier.fit(
                *training, validation, settings, more, source.vectors,
                verbose=0 if options.json else "auto",
            )  # fmt: skip
            results = {self.name(settings): evaluate(model, *test).metrics}
            for name, metrics in {**results, **baselines(model, *test)}.items():
                found.setdefault(name, []).append(metrics["accuracy"])
        if options.json:
            print(json.dumps({"folds": len(parts), "accuracy": found}))
            return
        head = ["accuracy", *(f"fold {n + 1}" for n in range(len(parts))), "mean", "sd"]
        rows = [head]
        for name, values in found.items():
            shown = [*values, np.mean(values), np.std(values, ddof=1)]
            rows.append([name, *(f"{value:.3f}" for value in shown)])
        print(table(rows, right=range(1, len(head))))

    def demo(self, options: argparse.Namespace) -> None:
        """Train on movie sentences, then answer from a process without seqkit."""
        started = time.monotonic()
        import_tensorflow_quietly()
        metrics = self.train_and_write(
            TextSource(), ClassifierSettings(), options.output
        )
        folder = Path(options.output, SAVED_MODEL_FOLDER)
        print("\nThe SavedModel, in a fresh process that has only tensorflow:\n")
        print(serve_elsewhere(folder, DEMO_TEXTS))
        print(f"\n{self.summary(metrics)}")
        print(f"\nWritten to {options.output}, in {time.monotonic() - started:.0f} s:")
        for path in sorted(Path(options.output).rglob("*")):
            if path.is_file() and folder not in path.parents:
                print(f"  {path}")
        print(f"  {folder}/ (SavedModel)")
        print(f'\nNext: {Path(sys.executable)} {sys.argv[0]} predict "your own text"')

    def add_commands(self, add: Callable[[Any], argparse.ArgumentParser]) -> None:
        """Add what other applications have not."""
        self.add_questions(add(self.evaluate), add(self.predict), add(self.explain))
        crossing = add(self.crossvalidate)
        TextSource.add_options(crossing, held_out=False)
        add_settings(crossing, ClassifierSettings, self.settings_title)
        add_json(crossing)
        crossing.add_argument(
            "--folds", type=int, default=5, metavar="int",
            help="parts of the data, each tested once (default: %(default)s)",
        )  # fmt: skip
        add_output(add(self.demo), self.output)


def serve_elsewhere(folder: Path, texts: Sequence[str]) -> str:
    """Run a short program that imports tensorflow only; give it and what it prints."""
    program = f"""\
import tensorflow as tf
model = tf.saved_model.load({str(folder)!r})
answers = model.signatures["serving_default"](text=tf.constant({list(texts)!r}))
for label, score in zip(answers["label"].numpy(), answers["score"].numpy()):
    print(label.decode(), score.round(3))
"""
    finished = subprocess.run(
        [sys.executable, "-I", "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    return "\n".join(">>> " + line for line in program.splitlines()) + (
        "\n" + finished.stdout.rstrip()
    )


main = Sentiment().main

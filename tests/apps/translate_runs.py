"""What the tests of the translation application share: tiny pairs, and its runs."""

import functools
import gzip
import random
from pathlib import Path

from seqkit.apps import translate
from seqkit.models import Translator
from seqkit.recurrence import portable
from tests.apps.bad_files import line_said

QUICK = [
    *("--level", "word", "--units", "8", "--embedding", "8", "--decoder-layers", "1"),
    *("--dropout", "0", "--epochs", "2", "--learning-rate", "0.05", "--warmup", "0"),
    *("--monitor", "loss", "--max-length", "12", "--beam", "2"),
    *("--encoder", "Elman", "--no-bidirectional"),
]
APP = Path(__file__).parents[2] / "apps" / "translate.py"
WORDS = {"one": "un", "two": "deux", "three": "trois", "four": "quatre", "five": "cinq"}


def sentences(count, seed=0):
    """Different sentences of a few words, and their translations word by word."""
    generator, found = random.Random(seed), {}
    while len(found) < count:
        words = generator.choices(list(WORDS), k=generator.randrange(1, 7))
        found[" ".join(words)] = " ".join(WORDS[word] for word in words)
    return list(found.items())


def pair_file(path, count=60, seed=0):
    lines = [f"{source}\t{target}\tby me" for source, target in sentences(count, seed)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def aligned_files(folder, name, pairs):
    paths = []
    for side in (0, 1):
        paths.append(folder / f"{name}.{'ab'[side]}.gz")
        text = "".join(pair[side] + "\n" for pair in pairs)
        paths[-1].write_bytes(gzip.compress(text.encode()))
    return paths


def run(*arguments):
    with portable():
        return translate.main([str(each) for each in arguments])


load_once = functools.cache(Translator.load)


def the_line(capsys, command="train"):
    return line_said(capsys, f"translate.py {command}")

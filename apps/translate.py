"""Translation between any two languages, learnt from pairs of sentences.

python apps/translate.py train          # English number words to French
python apps/translate.py translate "two hundred and thirty-one"
python apps/translate.py --help
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from command_line import (
    Parser,
    add_settings,
    import_tensorflow_quietly,
    read_lines,
    run,
    settings_of,
)
from translate_data import Source
from translate_run import (
    chunks,
    measure,
    measure_baselines,
    network_name,
    samples,
    summary,
    train_and_write,
)

from seqkit.errors import InputError
from seqkit.models import TranslatorSettings
from seqkit.models.run_files import SAVED_MODEL_FOLDER, read_config

if TYPE_CHECKING:
    from seqkit.models.translation.translator import Translator

OUTPUT = "saved_models/translation"
EPILOG = """
examples:
  %(prog)s train                                  numbers, English to French
  %(prog)s train --dataset dates --output saved_models/dates
  %(prog)s train --data fra.txt --reverse         as the files of manythings.org
  %(prog)s train --source train.de.gz --target train.en.gz \\
      --valid-source val.de.gz --valid-target val.en.gz
  %(prog)s evaluate --data more-pairs.tsv         another file, the same model
  %(prog)s evaluate --beside saved_models/plain   two models on the same pairs
  %(prog)s translate "two hundred and thirty-one"
  %(prog)s translate --n-best 3 --json < sentences.txt
  %(prog)s export --output served/translation/1

data sets (--dataset):
  jupyterlab-fr, jupyterlab-de-DE, jupyterlab-zh-CN
                  menus and messages of a program, from English
  numbers-LANG    numbers below a million, from English: numbers-de, numbers-ja, ...
  dates           days as written in sixteen languages, to 1997-03-05
  dates-LANG      the same of one language: dates-pt, dates-ar, ...
  tatoeba-LANG    downloaded: sentences, from English: tatoeba-deu, tatoeba-cmn, ...
  multi30k-de-en  downloaded: descriptions of photographs; also fr

Each subcommand has its own --help. A run writes one folder (--output):
  1/            SavedModel for TensorFlow Serving: sentences in, translations out
  model.keras   the network         config.json   its settings and vocabularies
  metrics.json  what it reached     plots/        pictures of it
"""


def train(options: argparse.Namespace) -> None:
    """Train, evaluate, draw and export; go on where the same run was stopped."""
    settings = settings_of(options, TranslatorSettings)
    source = Source.of(options)
    metrics = train_and_write(source, settings, options.output, options.fresh)
    print(f"\n{summary(metrics)}\n\nWritten to {options.output}")


def evaluate(options: argparse.Namespace) -> None:
    """Compare translations with known ones, beside the baselines and other models."""
    config = read_config(options.model)
    trained_on = Source.of_config(config, options.model)
    for folder in options.beside:
        read_config(folder)
    source = Source.of(options)
    given = source.read() if source.is_file else None
    import_tensorflow_quietly()
    from seqkit.models import Translator
    from seqkit.models.translation.evaluation import Scorer, tokenizer_of

    translator = Translator.load(options.model)
    others = {folder: Translator.load(folder) for folder in options.beside}
    settings = translator.settings
    splits = trained_on.splits(settings.seed)
    measured, pairs = splits.measured() if given is None else ("file", given)
    scorer = Scorer(
        tokenizer_of(pairs.targets), settings.lowercase or options.ignore_case
    )
    found = measure(translator, pairs, scorer)
    baselines = {
        f"{network_name(other.settings)} ({folder})": measure(other, pairs, scorer)[0]
        for folder, other in others.items()
    }
    metrics = {
        "network": network_name(settings),
        "measured_on": measured,
        "scores": found.metrics,
        "baselines": baselines | measure_baselines(splits.training, pairs, scorer),
        "samples": samples(pairs, found.outputs, settings.seed),
        "trained_on": len(pairs[0]) - len(pairs.without(splits.training.sources)[0]),
    }
    print(json.dumps(metrics) if options.json else summary(metrics))


def translate(options: argparse.Namespace) -> None:
    """Translate sentences: from the command line, a file or standard input."""
    for name in ("beam", "n_best"):
        value = getattr(options, name)
        if value is not None and value < 1:
            flag = "--" + name.replace("_", "-")
            raise InputError(f"{flag} must be at least 1; got {value}")
    if options.beam is not None and options.beam < options.n_best:
        raise InputError(
            f"--n-best must be at most --beam; got {options.n_best} and {options.beam}"
        )
    texts = options.texts or read_lines(options.file)
    read_config(options.model)  # before the seconds that TensorFlow takes
    import_tensorflow_quietly()
    from seqkit.models import Translator

    translator = Translator.load(options.model)
    if options.alignment:
        translator.align([], options.beam)  # or the error comes after an output
    for chunk in chunks(texts, silent=sys.stdout.isatty()):  # the answers are seen
        for answer in _answers(translator, chunk, options):
            print(
                json.dumps(answer, ensure_ascii=False)
                if options.json
                else _lines(answer, options.n_best > 1),
                flush=True,
            )


def _answers(
    translator: "Translator", texts: Sequence[str], options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Give what JSON has of each sentence."""
    found = translator.n_best(texts, options.n_best, options.beam)
    aligned: Sequence[Any] = [None] * len(texts)
    if options.alignment:
        aligned = translator.align(texts, options.beam)
    for text, translations, alignment in zip(texts, found, aligned, strict=True):
        answer: dict[str, Any] = {
            "source": text,
            "translation": translations[0].text,
            "score": translations[0].score,
        }
        if options.n_best > 1:
            answer["n_best"] = [
                {"translation": each.text, "score": each.score} for each in translations
            ]
        if alignment is not None:
            answer["alignment"] = {
                "source": alignment.source,
                "target": alignment.target,
                "weights": alignment.weights.round(4).tolist(),
            }
        yield answer


def _lines(answer: dict[str, Any], scored: bool) -> str:
    """Lay out an answer for people: the translation, and what was asked besides."""
    lines = [answer["translation"]]
    if scored:
        lines = [
            f"{each['score']:.3f}\t{each['translation']}" for each in answer["n_best"]
        ]
    if "alignment" in answer:
        source, target, weights = answer["alignment"].values()
        for token, row in zip(target, weights, strict=True):
            place = max(range(len(row)), key=row.__getitem__)
            lines.append(
                f"\t{token.strip()}\t{source[place].strip()}\t{row[place]:.2f}"
            )
    return "\n".join(lines)


def export(options: argparse.Namespace) -> None:
    """Write the SavedModel of a trained model again, proven in a fresh process."""
    read_config(options.model)
    output = options.output or Path(options.model, SAVED_MODEL_FOLDER)
    import_tensorflow_quietly()
    from seqkit.models import Translator

    Translator.load(options.model).export(output)
    print(f"Written to {output}: a fresh process gave the same answers")


def parser() -> Parser:
    """Describe the command line."""
    top = Parser(description=__doc__, epilog=EPILOG, prog="translate.py")
    commands = top.add_subparsers(dest="name", required=True, metavar="SUBCOMMAND")

    def add(command: Any) -> argparse.ArgumentParser:
        added = commands.add_parser(
            command.__name__, help=command.__doc__, description=command.__doc__
        )
        added.set_defaults(command=command)
        return added

    each = {
        command.__name__: add(command)
        for command in (train, evaluate, translate, export)
    }
    Source.add_options(each["train"])
    Source.add_options(each["evaluate"], for_training=False)
    add_settings(each["train"], TranslatorSettings, "text, network and training")
    for name in ("evaluate", "translate", "export"):
        each[name].add_argument(
            "--model", default=OUTPUT, metavar="DIR",
            help="folder of a run (default: %(default)s)",
        )  # fmt: skip
    each["train"].add_argument(
        "--output", default=OUTPUT, metavar="DIR",
        help="folder to write, complete or not at all; it replaces an earlier run "
        "(default: %(default)s)",
    )  # fmt: skip
    each["train"].add_argument(
        "--fresh", action="store_true",
        help="start anew also where a run that was stopped could go on",
    )  # fmt: skip
    each["evaluate"].add_argument(
        "--beside", nargs="+", default=[], metavar="DIR",
        help="folders of other runs, to compare with on the same pairs",
    )  # fmt: skip
    each["evaluate"].add_argument(
        "--ignore-case", action="store_true",
        help="compare in lower case, also for a model that writes both",
    )  # fmt: skip
    each["export"].add_argument(
        "--output", metavar="DIR", help="folder to write (default: 1/ in the model's)"
    )
    for name in ("evaluate", "translate"):
        each[name].add_argument("--json", action="store_true", help="print JSON")
    each["translate"].add_argument("texts", nargs="*", metavar="TEXT")
    each["translate"].add_argument(
        "--file", help="sentences to translate, one a line, UTF-8"
    )
    each["translate"].add_argument(
        "--beam", type=int, metavar="int",
        help="translations kept in the search; 1 is greedy (default: the model's)",
    )  # fmt: skip
    each["translate"].add_argument(
        "--n-best", type=int, default=1, metavar="int",
        help="translations to give of each sentence, with their scores",
    )  # fmt: skip
    each["translate"].add_argument(
        "--alignment", action="store_true",
        help="give for each token of a translation where attention looked most",
    )  # fmt: skip
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    return run(parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Translation between any two languages, learnt from pairs of sentences."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.apps.application import Measured
from seqkit.apps.command_line import (
    import_tensorflow_quietly,
    json_line,
    printable,
    texts_of,
)
from seqkit.apps.text_application import TextApplication
from seqkit.apps.translate_data import PairSource
from seqkit.apps.translate_measures import (
    chunks,
    figures,
    measure,
    measure_baselines,
    samples,
    summary,
)
from seqkit.errors import InputError
from seqkit.models import TranslatorSettings
from seqkit.wording import counted

if TYPE_CHECKING:
    from seqkit.models.translation.baselines import Trained
    from seqkit.models.translation.translator import Translator

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
  %(prog)s explain "two hundred and thirty-one" --output page.html
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
  training.npz  which sources were trained on, and a translation of each word
"""


class Translation(TextApplication):
    """The translation application."""

    prog = "translate.py"
    description = (
        "Translation between any two languages, learnt from pairs of sentences."
    )
    epilog = EPILOG
    task = "translation"
    output = "saved_models/translation"
    settings = TranslatorSettings
    source = PairSource
    unit = "pair"

    def name(self, settings: TranslatorSettings) -> str:
        """Name the network for tables.

        Example:
            >>> Translation().name(TranslatorSettings(encoder="LSTM", attention="none"))
            'LSTM to GRU, no attention'
        """
        cells = dict.fromkeys((settings.encoder, settings.decoder))
        attention = settings.attention.replace("none", "no") + " attention"
        feeding = ", input feeding" if settings.input_feeding else ""
        return f"{' to '.join(cells)}, {attention}{feeding}"

    def fit(
        self,
        splits: Any,
        source: PairSource,
        settings: TranslatorSettings,
        folder: Path,
    ) -> "Translator":
        """Train a translator."""
        import seqkit.models.translation.evaluation  # noqa: F401  or fail before training
        from seqkit.models.translation.translator import Translator

        sources, targets = splits.training
        return Translator.fit(sources, targets, splits.validation, settings, folder)

    def load(self, folder: str) -> "Translator":
        """Read a trained translator."""
        from seqkit.models import Translator

        return Translator.load(folder)

    def measure(self, model: "Translator", splits: Any) -> Measured:
        """Measure a translator on the test, or on validation pairs."""
        from seqkit.models.translation.baselines import Trained

        measured, pairs = splits.measured()
        trained = Trained.on(splits.training)
        metrics = self.measures(model, trained, measured, pairs)
        return Measured(metrics, lambda: figures(model, metrics, pairs), trained.write)

    def measures(
        self,
        model: "Translator",
        trained: "Trained",
        measured: str,
        pairs: Any,
        lowercase: bool = False,
        others: "Mapping[str, Translator] | None" = None,
    ) -> dict[str, Any]:
        """Give what is printed and kept of pairs that were translated."""
        from seqkit.models.translation.evaluation import Scorer, tokenizer_of

        settings = model.settings
        scorer = Scorer(tokenizer_of(pairs.targets), settings.lowercase or lowercase)
        found = measure(model, pairs, scorer)
        baselines = {
            f"{self.name(other.settings)} ({folder})": measure(
                other, pairs, scorer
            ).metrics
            for folder, other in (others or {}).items()
        }
        return {
            "network": self.name(settings),
            "measured_on": measured,
            "scores": found.metrics,
            "baselines": baselines | measure_baselines(trained, pairs, scorer),
            "samples": samples(pairs, found.outputs, settings.seed),
            "trained_on": trained.count(pairs.sources),
            "read_in_part": sum(model.too_long(pairs.sources)),
            "translating_seconds": round(found.seconds, 1),
        }

    def summary(self, metrics: Mapping[str, Any]) -> str:
        """Lay out the scores of the network and the baselines, and samples."""
        return summary(metrics)

    def evaluate(self, options: argparse.Namespace) -> None:
        """Compare translations with known ones, beside baselines and other models."""
        trained_on = PairSource.of_config(self.config(options.model), options.model)
        for folder in options.beside:
            self.config(folder)
        source = PairSource.of(options)
        if source.reverse and not source.is_file:
            raise InputError("--reverse goes with --data, or --source and --target")
        given = source.read() if source.is_file else None
        import_tensorflow_quietly()
        from seqkit.models.translation.baselines import Trained

        model, trained = self.load(options.model), Trained.read(options.model)
        others = {folder: self.load(folder) for folder in options.beside}
        if given is None:
            splits = self.splits_again(trained_on, model.settings.seed)
            measured, pairs = splits.measured()
        else:
            measured, pairs = "file", given
        metrics = self.measures(
            model, trained, measured, pairs, options.ignore_case, others
        )
        self.show(metrics, options)

    def translate(self, options: argparse.Namespace) -> None:
        """Translate sentences: from the command line, a file or standard input."""
        for name in ("beam", "n_best"):
            value = getattr(options, name)
            if value is not None and value < 1:
                flag = "--" + name.replace("_", "-")
                raise InputError(f"{flag} must be at least 1; got {value}")
        if options.beam is not None and options.beam < options.n_best:
            raise InputError(
                f"--n-best must be at most --beam; got {options.n_best} and "
                f"{options.beam}"
            )
        self.config(options.model)  # before texts are waited for
        texts = texts_of(options)
        import_tensorflow_quietly()
        model = self.load(options.model)
        if options.alignment:
            model.align([], options.beam)  # or the error comes after an output
        cut = 0
        for chunk in chunks(texts, silent=sys.stdout.isatty()):  # answers are seen
            for answer in _answers(model, chunk, options):
                cut += "read" in answer
                print(
                    json_line(answer)
                    if options.json
                    else _lines(answer, options.n_best > 1),
                    flush=True,
                )
        if cut:
            print(
                f"{counted(cut, 'text')} of {len(texts)} read in part: the first "
                f"{model.settings.max_length} tokens (--max-length of train)",
                file=sys.stderr,
            )

    def explained(self, model: "Translator", text: str, page: str) -> str:
        """Write a page on how a text is translated; give the translation."""
        from seqkit.apps.explain import explain_translation

        return explain_translation(model, text, page)

    def add_commands(self, add: Callable[[Any], argparse.ArgumentParser]) -> None:
        """Add what other applications have not."""
        evaluating, translating = add(self.evaluate), add(self.translate)
        self.add_questions(evaluating, translating, add(self.explain))
        evaluating.add_argument(
            "--beside", nargs="+", default=[], metavar="DIR",
            help="folders of other runs, to compare with on the same pairs",
        )  # fmt: skip
        evaluating.add_argument(
            "--ignore-case", action="store_true",
            help="compare in lower case, also for a model that writes both",
        )  # fmt: skip
        translating.add_argument(
            "--beam", type=int, metavar="int",
            help="translations kept in the search; 1 is greedy (default: the model's)",
        )  # fmt: skip
        translating.add_argument(
            "--n-best", type=int, default=1, metavar="int",
            help="translations to give of each sentence, with their scores",
        )  # fmt: skip
        translating.add_argument(
            "--alignment", action="store_true",
            help="give for each token of a translation where attention looked most",
        )  # fmt: skip


def _answers(
    translator: "Translator", texts: Sequence[str], options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Give what JSON has of each sentence."""
    found = translator.n_best(texts, options.n_best, options.beam)
    aligned: Sequence[Any] = [None] * len(texts)
    if options.alignment:
        aligned = translator.align(texts, options.beam)
    rows = zip(texts, found, aligned, translator.too_long(texts), strict=True)
    for text, translations, alignment, cut in rows:
        answer: dict[str, Any] = {
            "source": text,
            "translation": translations[0].text,
            "score": translations[0].score,
        }
        if cut:
            answer["read"] = f"the first {translator.settings.max_length} tokens"
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
    lines = [printable(answer["translation"])]
    if scored:
        lines = [
            f"{each['score']:.3f}\t{printable(each['translation'])}"
            for each in answer["n_best"]
        ]
    if "alignment" in answer:
        source, target, weights = answer["alignment"].values()
        for token, row in zip(target, weights, strict=True):
            place = max(range(len(row)), key=row.__getitem__)
            lines.append(
                f"\t{printable(token.strip())}\t{printable(source[place].strip())}"
                f"\t{row[place]:.2f}"
            )
    return "\n".join(lines)


main = Translation().main

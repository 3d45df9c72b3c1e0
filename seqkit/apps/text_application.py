"""What the two applications of texts share: their files, and what they are asked."""

import argparse
from abc import abstractmethod
from typing import Any

from seqkit.apps.application import (
    Application,
    add_json,
    add_model,
    add_page,
)
from seqkit.apps.command_line import import_tensorflow_quietly, printable
from seqkit.text.strings import is_utf8


class TextApplication(Application):
    """An application of texts."""

    @abstractmethod
    def explained(self, model: Any, text: str, page: str) -> str:
        """Write a page on how a text is answered; give the answer."""

    def explain(self, options: argparse.Namespace) -> None:
        """Write a page on which to see what happens inside as a text is answered."""
        self.config(options.model)  # before the seconds that TensorFlow takes
        import_tensorflow_quietly()
        said = self.explained(self.load(options.model), options.text, options.output)
        print(f"{printable(said)}\nWritten to {options.output}")

    def add_questions(
        self,
        evaluating: argparse.ArgumentParser,
        answering: argparse.ArgumentParser,
        explaining: argparse.ArgumentParser,
    ) -> None:
        """Add what all applications of texts are asked with."""
        self.source.add_options(evaluating, for_training=False)
        answering.add_argument("texts", nargs="*", metavar="TEXT", type=utf8)
        answering.add_argument("--file", help="texts, one a line, UTF-8; or .gz")
        explaining.add_argument("text", metavar="TEXT", type=utf8)
        add_page(explaining)
        for parser in (evaluating, answering, explaining):
            add_model(parser, self.output)
        for parser in (evaluating, answering):
            add_json(parser)


def utf8(text: str) -> str:
    """Take an argument that is a text."""
    if not is_utf8(text):
        raise argparse.ArgumentTypeError(f"must be UTF-8; got {text!r}")
    return text

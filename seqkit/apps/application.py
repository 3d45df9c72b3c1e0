"""A run of an application: read, train, measure, draw, export, write."""

import argparse
import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from shutil import rmtree
from typing import Any, ClassVar, NamedTuple

from seqkit.apps.command_line import (
    Parser,
    add_settings,
    import_tensorflow_quietly,
    run,
    settings_of,
    step,
)
from seqkit.errors import ExportError, InputError
from seqkit.folders import complete_folder
from seqkit.models.run_files import (
    METRICS_FILE,
    PLOTS_FOLDER,
    SAVED_MODEL_FOLDER,
    is_run,
    read_config,
    write_json,
)
from seqkit.wording import counted

_STEPS = 5


class Measured(NamedTuple):
    """What a model was found to be."""

    metrics: dict[str, Any]  # numbers, fit for JSON
    draw: Callable[[], Mapping[str, Any]]  # figures by name
    write: Callable[[Path], None] = lambda folder: None  # what evaluating again needs


class Application(ABC):
    """An application: what it reads, trains, measures, draws and prints.

    Attributes:
        prog: The name of its program, where it is not called by another.
        description: The program's.
        epilog: Of its help.
        task: What a run's config.json says that it is of.
        output: Folder that it writes to by default.
        settings: Dataclass of all that can be chosen about a model.
        source: Dataclass of where data come from, with `add_options`, `of`,
            `of_config`, `name` and `splits`.
        settings_title: Of the options that are the settings.
        unit: What data are counted in.
        resumes: Whether a run that was stopped can go on.
    """

    prog: ClassVar[str]
    description: ClassVar[str]
    epilog: ClassVar[str]
    task: ClassVar[str]
    output: ClassVar[str]
    settings: ClassVar[type]
    settings_title: ClassVar[str] = "text, network and training"
    source: ClassVar[Any]
    unit: ClassVar[str] = "text"
    resumes: ClassVar[bool] = True

    @abstractmethod
    def name(self, settings: Any) -> str:
        """Name a model for tables."""

    @abstractmethod
    def fit(self, splits: Any, source: Any, settings: Any, folder: Path) -> Any:
        """Train a model; go on where the run in `folder` was stopped."""

    @abstractmethod
    def load(self, folder: str) -> Any:
        """Read a trained model."""

    @abstractmethod
    def measure(self, model: Any, splits: Any) -> Measured:
        """Measure a trained model beside baselines."""

    @abstractmethod
    def summary(self, metrics: Mapping[str, Any]) -> str:
        """Lay out what was measured for people."""

    @abstractmethod
    def add_commands(self, add: Callable[[Any], argparse.ArgumentParser]) -> None:
        """Add the subcommands of this application alone."""

    def sizes(self, splits: Any) -> dict[str, int]:
        """Count what each part of the data has."""
        return {name: len(part[0]) for name, part in splits._asdict().items()}

    def learnt(self, model: Any) -> dict[str, Any]:
        """Say how a model was trained, for metrics.json."""
        return {
            "parameters": model.network.count_params(),
            "epochs_chosen": model.chosen,
            "history": model.history,
        }

    def notes(self, source: Any, splits: Any) -> dict[str, Any]:
        """Say where data came from, for config.json."""
        return {"data": asdict(source)}

    def splits_again(self, source: Any, seed: int) -> Any:
        """Read again what a run was trained and measured on."""
        try:
            return source.splits(seed)
        except InputError as error:
            raise InputError(
                f"{error} (what the run was measured on; --data names other data)"
            ) from error

    def config(self, folder: str) -> dict[str, Any]:
        """Read the config.json of a run of this application."""
        return read_config(folder, self.task)

    def train_and_write(
        self, source: Any, settings: Any, output: str, fresh: bool = False
    ) -> dict[str, Any]:
        """Train, measure, draw and export; all is there complete or not at all.

        While it trains, what it needs to go on is in a folder beside, which a run that
        was stopped leaves and the same run takes up.
        """
        unfinished = Path(f"{Path(output).absolute()}.unfinished")
        if fresh:
            rmtree(unfinished, ignore_errors=True)
        try:
            with complete_folder(output, replaceable=is_run) as folder:
                metrics = self._write(source, settings, folder, unfinished)
        except (KeyboardInterrupt, ExportError, OSError) as error:
            if unfinished.exists():
                with suppress(OSError):
                    print("\nThe same command goes on after the last whole epoch")
            if isinstance(error, OSError) and error.filename is None:
                error.filename = output
            raise
        rmtree(unfinished, ignore_errors=True)
        return metrics

    def _write(
        self, source: Any, settings: Any, folder: Path, unfinished: Path
    ) -> dict[str, Any]:
        step(1, _STEPS, f"Reading {source.name}")
        splits = source.splits(settings.seed)
        sizes = self.sizes(splits)
        for name, size in sizes.items():
            print(f"  {counted(size, self.unit)} for {name}", flush=True)
        import_tensorflow_quietly()
        step(2, _STEPS, f"Training {self.name(settings)}")
        resumed, started = unfinished.exists(), time.monotonic()
        model = self.fit(splits, source, settings, unfinished)
        seconds = None if resumed else round(time.monotonic() - started, 1)
        step(3, _STEPS, "Measuring, beside baselines")
        measured = self.measure(model, splits)
        metrics = {
            **measured.metrics,
            self.unit + "s": sizes,
            "training_seconds": seconds,
            **self.learnt(model),
        }
        step(4, _STEPS, "Drawing")
        (folder / PLOTS_FOLDER).mkdir()
        for name, figure in measured.draw().items():
            figure.savefig(folder / PLOTS_FOLDER / f"{name}.png")
        step(5, _STEPS, "Exporting, and comparing with a fresh process")
        model.save(folder, {"task": self.task, **self.notes(source, splits)})
        model.export(folder / SAVED_MODEL_FOLDER)
        measured.write(folder)
        write_json(folder / METRICS_FILE, metrics)
        return metrics

    def train(self, options: argparse.Namespace) -> None:
        """Train, measure, draw and export; go on where the same run was stopped."""
        settings = settings_of(options, self.settings)
        source = self.source.of(options)
        fresh = self.resumes and options.fresh
        metrics = self.train_and_write(source, settings, options.output, fresh)
        print(f"\n{self.summary(metrics)}\n\nWritten to {options.output}")

    def export(self, options: argparse.Namespace) -> None:
        """Write the SavedModel of a trained model again, proven in a fresh process."""
        self.config(options.model)  # before the seconds that TensorFlow takes
        output = options.output or Path(options.model, SAVED_MODEL_FOLDER)
        import_tensorflow_quietly()
        self.load(options.model).export(output)
        print(f"Written to {output}: a fresh process gave the same answers")

    def show(self, metrics: Mapping[str, Any], options: argparse.Namespace) -> None:
        """Print what was measured, for people or as JSON."""
        print(json.dumps(metrics) if options.json else self.summary(metrics))

    def parser(self, prog: str) -> Parser:
        """Describe the command line of a program of this name."""
        top = Parser(description=self.description, epilog=self.epilog, prog=prog)
        top.add_version()
        commands = top.add_subparsers(dest="name", required=True, metavar="SUBCOMMAND")

        def add(command: Any) -> argparse.ArgumentParser:
            added = commands.add_parser(
                command.__name__, help=command.__doc__, description=command.__doc__
            )
            added.set_defaults(command=command)
            return added

        training = add(self.train)
        self.source.add_options(training)
        add_settings(training, self.settings, self.settings_title)
        add_output(training, self.output)
        if self.resumes:
            training.add_argument(
                "--fresh", action="store_true",
                help="start anew also where a run that was stopped could go on",
            )  # fmt: skip
        self.add_commands(add)
        exporting = add(self.export)
        add_model(exporting, self.output)
        exporting.add_argument(
            "--output",
            metavar="DIR",
            help="folder to write (default: 1/ in the model's)",
        )
        return top

    def main(self, arguments: Sequence[str] | None = None) -> int:
        """Run the command line; return its exit code."""
        prog = self.prog if arguments is not None else Path(sys.argv[0]).name
        return run(self.parser(prog), arguments)


def add_model(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that names a trained model."""
    parser.add_argument(
        "--model", default=default, metavar="DIR",
        help="folder of a run (default: %(default)s)",
    )  # fmt: skip


def add_output(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that names the folder of a run."""
    parser.add_argument(
        "--output", default=default, metavar="DIR",
        help="folder to write, complete or not at all; it replaces an earlier run "
        "(default: %(default)s)",
    )  # fmt: skip


def add_page(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a page."""
    parser.add_argument(
        "--output", default="explanation.html", metavar="FILE", type=_page,
        help="page to write, one file for any browser (default: %(default)s)",
    )  # fmt: skip


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option that asks for JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def _page(path: str) -> str:
    """Take the name of a file that can be written, before what goes into it is made."""
    if not Path(path).absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(
            f"must be in a folder that is there; got {path!r}"
        )
    if Path(path).is_dir():
        raise argparse.ArgumentTypeError(f"must be a file; got the folder {path!r}")
    return path

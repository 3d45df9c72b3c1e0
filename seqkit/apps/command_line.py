"""What the command lines of all applications share."""

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from seqkit import version
from seqkit.compilation_cache import keep_compilations
from seqkit.errors import ExportError, InputError
from seqkit.text.files import lines_of_bytes, text_lines

BAD_INPUT, FAILED, STOPPED = 2, 1, 130  # exit codes
_HEARD = 0.5  # seconds in which an interrupt is heard, if it is not swallowed
_DIRECTIONS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def add_version(self) -> None:
        """Add the option that shows the version."""
        self.add_argument("--version", action="version", version=version.__version__)

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **options,
        )

    def error(self, message: str) -> NoReturn:
        """Say it and leave."""
        said = f"{self.prog}: error: {printable(message)} (--help tells more)\n"
        self.exit(BAD_INPUT, said)


def add_settings(
    parser: argparse.ArgumentParser, settings: type, title: str, without: str = ""
) -> None:
    """Add an option for each field of a dataclass, but one: name, default and help."""
    group = parser.add_argument_group(title)
    for field in fields(settings):
        if field.name == without:
            continue
        kind: Any = field.type
        options: dict[str, Any] = {"type": kind, "metavar": kind.__name__}
        if kind is bool:
            options = {"action": argparse.BooleanOptionalAction}
        elif "choices" in field.metadata:
            options = {"choices": field.metadata["choices"]}
        group.add_argument(
            "--" + field.name.replace("_", "-"),
            default=field.default,
            help=f"{field.metadata['help']} (default: {field.default})",
            **options,
        )


def settings_of(arguments: argparse.Namespace, settings: type) -> Any:
    """Make the dataclass of the options; it looks for networks by their names."""
    import_tensorflow_quietly()
    return settings(**{f.name: getattr(arguments, f.name) for f in fields(settings)})


def run(parser: Parser, arguments: Sequence[str] | None) -> int:
    """Do what the chosen subcommand does; bad input ends in one line and code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    chosen = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = chosen.command
    try:
        with _Interrupts():
            command(chosen)
            sys.stdout.flush()
    except (InputError, ExportError) as error:
        code = BAD_INPUT if isinstance(error, InputError) else FAILED
        message = str(error)
    except ModuleNotFoundError as error:
        code = FAILED
        message = f"needs the package {error.name}: pip install 'seqkit[apps]'"
    except KeyboardInterrupt:
        code, message = STOPPED, "stopped"
    except BrokenPipeError:  # whoever read what is printed has had enough
        _discard_output()
        return FAILED
    except OSError as error:  # a disk that is full, a folder that may not be written
        code, where = FAILED, f"{error.filename}: " if error.filename else ""
        message = f"{where}{error.strerror or error}"
        _discard_output()
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        code, message = FAILED, "out of memory: smaller sizes or batches need less"
    else:
        return 0
    said = f"{parser.prog} {chosen.name}: error: {printable(message)}"
    print(said, file=sys.stderr)
    return code


def _is_out_of_memory(error: Exception) -> bool:
    """Return whether NumPy or TensorFlow found too little memory."""
    name = type(error).__name__  # of TensorFlow, which may not be imported
    return isinstance(error, MemoryError) or name == "ResourceExhaustedError"


def _discard_output() -> None:
    """Let nothing that could not be printed be printed at the end."""
    with suppress(OSError, ValueError):  # where no file stands behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Interrupts:
    """Inside, signals to terminate end a run as Ctrl-C does: nothing is left.

    Libraries swallow an interrupt here and there, and go on without what they were at:
    it is raised again until it is heard, and errors after it are its own.
    """

    def __enter__(self) -> None:
        self._came = False
        self._former: dict[int, Any] = {}
        self._unraisable, sys.unraisablehook = sys.unraisablehook, self._unheard
        default = (signal.SIG_DFL, signal.default_int_handler)
        with suppress(ValueError):  # not the main thread
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, signal.SIGINT)
                if signal.getsignal(number) in default:  # nohup ignores one
                    self._former[number] = signal.signal(number, self._interrupt)

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        if self._came and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._former.items():
            signal.signal(number, handler)
        sys.unraisablehook = self._unraisable
        if self._came and kind is not None and issubclass(kind, Exception):
            raise KeyboardInterrupt

    def _interrupt(self, *_: Any) -> None:
        if not self._came and hasattr(signal, "setitimer"):
            self._former[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._raise)
            signal.setitimer(signal.ITIMER_REAL, _HEARD, _HEARD)
        self._came = True
        self._raise()

    def _raise(self, *_: Any) -> None:
        """Raise an interrupt, unless one is on its way and cleans up."""
        error = sys.exc_info()[1]
        while error is not None and not isinstance(error, KeyboardInterrupt):
            error = error.__context__
        if error is None:
            raise KeyboardInterrupt

    def _unheard(self, what: Any) -> None:
        """Say nothing of what comes of an interrupt where nothing can be raised."""
        if not self._came:
            self._unraisable(what)


def step(number: int, of: int, what: str) -> None:
    """Say which step of a run begins."""
    print(f"[{number}/{of}] {what}", flush=True)


def texts_of(options: argparse.Namespace) -> list[str]:
    """Give the texts that a subcommand is asked about.

    Raises:
        InputError: There are none, or they are named in two ways.
    """
    if options.texts and options.file:
        raise InputError("TEXT and --file exclude each other; got both")
    return options.texts or read_lines(options.file)


def read_lines(path: str | None) -> list[str]:
    """Read one text a line, of a file or of standard input, in UTF-8.

    Raises:
        InputError: There is nothing to read, or it is not UTF-8.
    """
    if path is None and sys.stdin.isatty():
        raise InputError(
            "no texts: give them as arguments, with --file, or on standard input"
        )
    if path is not None:
        return text_lines(Path(path))
    return lines_of_bytes(sys.stdin.buffer.read(), "standard input")


def import_tensorflow_quietly() -> None:
    """Import TensorFlow without its start-up messages on standard error.

    They are written before its own log level counts, and when it looks for devices. If
    the import fails, they are shown.
    """
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    keep_compilations()
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as messages:
        os.dup2(messages.fileno(), 2)
        try:
            import tensorflow

            tensorflow.get_logger().setLevel("ERROR")  # no advice on its own graphs
            tensorflow.config.list_physical_devices()
        except Exception:
            messages.seek(0)
            os.write(kept, messages.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def table(rows: Sequence[Sequence[Any]], right: Sequence[int] = ()) -> str:
    """Lay out rows in columns, those numbered in `right` flush right.

    Example:
        >>> print(table([["model", "accuracy"], ["LSTM", "0.8"]], right=[1]))
        model  accuracy
        LSTM        0.8
    """
    text = [[printable(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*text, strict=True)]
    lines = []
    for row in text:
        cells = [
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def json_line(content: Any) -> str:
    r"""Give JSON that is one line to whatever reads it, and safe on a terminal.

    Example:
        >>> json_line({"text": "a\u2028b, \x9b31m"})
        '{"text": "a\\u2028b, \\u009b31m"}'
    """
    return re.sub(
        "[\x7f-\x9f\u2028\u2029]",
        lambda found: f"\\u{ord(found[0]):04x}",
        json.dumps(content, ensure_ascii=False),
    )


def printable(text: str) -> str:
    r"""Give a text whose control characters a terminal does not obey.

    Example:
        >>> print(printable("two\nlines, \x1b[31mred"))
        two\nlines, \x1b[31mred
    """
    return "".join(
        sign.encode("unicode_escape").decode()
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs")
        or unicodedata.bidirectional(sign) in _DIRECTIONS
        else sign
        for sign in text
    )

"""The parent's side: worker processes, and taking turns between them.

Every contestant has a process of its own, because Keras's backend is fixed at
import and thread pools disturb each other. Only one of them works at a time.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contestants import CONTESTANTS

SETTLE = 0.05
"""Seconds between two turns: the threads of the one before fall asleep."""


class WorkerError(RuntimeError):
    """A contestant could not do what it was asked to."""


class Worker:
    """A contestant's process; `ask` sends a request and waits for the answer."""

    def __init__(self, contestant: str) -> None:
        self.contestant = contestant
        log, path = tempfile.mkstemp(prefix="benchmark-", suffix=".log")
        self.log = Path(path)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", contestant, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            bufsize=1,
            cwd=Path(__file__).parents[1],
            env={**os.environ, **CONTESTANTS[contestant].environment},
        )
        os.close(log)
        self.idle_from = 0.0

    def ask(self, do: str, **arguments: Any) -> dict:
        """Send a request, wait for its answer; raise WorkerError if it failed.

        The answer's `idle_processor` is the processor time, in seconds, that the
        process spent since its last answer: while another contestant was measured.
        """
        try:
            print(json.dumps({"do": do, **arguments}), file=self.process.stdin)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise WorkerError(f"{self.contestant} ended.\n{self._last_words()}")
        answer = json.loads(line)
        processor = answer["processor"]
        answer["idle_processor"] = processor["before"] - self.idle_from
        self.idle_from = processor["after"]
        if "error" in answer:
            raise WorkerError(f"{self.contestant} failed.\n{answer['error']}")
        return answer

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.unlink()


class Workers:
    """Processes of some contestants, started together, ended on exit."""

    def __init__(self, names: Iterable[str]) -> None:
        self.workers = {name: Worker(name) for name in names}

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        for worker in self.workers.values():
            worker.close()

    def ask(self, contestant: str, do: str, **arguments: Any) -> dict:
        """Let one contestant work while the others are idle."""
        time.sleep(SETTLE)
        return self.workers[contestant].ask(do, **arguments)

    def drop(self) -> None:
        """Let all forget their tasks; one that has ended has nothing to forget."""
        for worker in self.workers.values():
            with contextlib.suppress(WorkerError):
                worker.ask("drop")

    def hello(self) -> tuple[dict[str, dict], dict[str, str]]:
        """Wait until all have started: what each says of itself, and who failed."""
        said, failed = {}, {}
        for name, worker in self.workers.items():
            try:
                said[name] = worker.ask("hello")
            except WorkerError as error:
                failed[name] = str(error)
        return said, failed


class Fleet:
    """Gives every group of measurements its workers: fresh ones, or the same again.

    Fresh processes measure a model as the only one of its process; keeping the
    first ones saves their start.
    """

    def __init__(self, names: Sequence[str], keep: bool) -> None:
        self.keep = keep
        self.first = Workers(names)
        self.said, self.failed = self.first.hello()
        if not keep:
            self.first.close()

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        if self.keep:
            self.first.close()

    @contextlib.contextmanager
    def workers(self, names: Iterable[str]) -> Iterator[Workers]:
        """Workers of these contestants, without tasks."""
        if self.keep:
            yield self.first
            self.first.drop()
        else:
            with Workers(names) as workers:
                workers.hello()
                yield workers

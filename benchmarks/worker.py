"""The process of one contestant: reads JSON lines, works, answers JSON lines.

    python -m benchmarks.worker CONTESTANT LOG

LOG is the file its standard error goes to. Answers leave through a copy of
standard output made before anything is imported; whatever the frameworks print goes
to the log. The process ends with its standard input.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import traceback
from typing import Any

from benchmarks.compilations import (
    JaxCompilations,
    NoCompilations,
    TensorFlowCompilations,
)
from benchmarks.contestants import CONTESTANTS
from benchmarks.memory import Peak
from benchmarks.points import SMALLEST_LAYER_POINT, THREADS, FitPoint, LayerPoint


class Worker:
    """Keeps the tasks of one contestant between requests."""

    def __init__(self, contestant: str, log: str) -> None:
        self.contestant = CONTESTANTS[contestant]
        if self.contestant.framework == "torch":
            from benchmarks import torch_tasks as tasks
        else:
            from benchmarks import keras_tasks as tasks
        self.tasks, self.running = tasks, {}
        self.threads = tasks.limit_threads()
        if self.contestant.framework == "tensorflow":
            self.compilations = TensorFlowCompilations(log)
        elif self.contestant.framework == "jax":
            self.compilations = JaxCompilations()
        else:
            self.compilations = NoCompilations()

    def hello(self) -> dict[str, Any]:
        """Say what runs here."""
        return {"versions": self.tasks.versions(), "threads": self.threads}

    def layer(self, task: str, network: str, mode: str, point: str) -> dict:
        """Make a layer task and run it for the first time."""
        make = self.tasks.LayerTask
        size = LayerPoint.parse(point)
        return self._first(task, make(self.contestant, network, mode, size))

    def fit(self, task: str, point: dict) -> dict:
        """Make a fit task and run its first epoch."""
        return self._first(task, self.tasks.FitTask(self.contestant, FitPoint(**point)))

    def _first(self, name: str, task: Any) -> dict:
        self.running[name] = task
        return {**self.run(name, calls=1, warm=0), "check": task.check()}

    def run(self, task: str, calls: int, warm: int) -> dict:
        """Run a task `warm` times, then `calls` times by the clock.

        Answers with the seconds of one call, and the compilations of all of them.
        """
        work, before = self.running[task].run, self.compilations.total()
        for _ in range(warm):
            work()
        start = time.perf_counter()
        for _ in range(calls):
            work()
        seconds = (time.perf_counter() - start) / calls
        compiled = difference(self.compilations.total(), before)
        return {"seconds": seconds, "compiled": compiled}

    def drop(self) -> dict:
        """Forget every task."""
        self.running.clear()
        self.tasks.clear()
        gc.collect()
        return {}

    def memory(self, network: str, mode: str, point: str, calls: int) -> dict:
        """Peak memory of a layer, above what the framework needs once."""
        make = self.tasks.LayerTask
        make(self.contestant, network, mode, SMALLEST_LAYER_POINT).run()
        peak = Peak()
        task = make(self.contestant, network, mode, LayerPoint.parse(point))
        for _ in range(calls):
            task.run()
        megabytes = peak.megabytes()
        del task
        self.drop()
        return {"megabytes": megabytes}

    def answer(self, request: dict) -> dict:
        """Carry out one request; an error is an answer too."""
        idle_until = time.process_time()
        try:
            answer = getattr(self, request.pop("do"))(**request)
        except Exception:
            answer = {"error": traceback.format_exc()}
        answer["processor"] = {"before": idle_until, "after": time.process_time()}
        return answer


def difference(now: dict, before: dict) -> dict:
    """What was compiled in between; None where it cannot be counted."""
    return {key: None if now[key] is None else now[key] - before[key] for key in now}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    processors = sorted(os.sched_getaffinity(0))[:THREADS]
    os.sched_setaffinity(0, processors)
    worker = Worker(*sys.argv[1:])
    for line in sys.stdin:
        print(json.dumps(worker.answer(json.loads(line))), file=answers)


if __name__ == "__main__":
    main()

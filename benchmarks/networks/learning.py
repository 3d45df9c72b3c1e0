"""The command: python -m benchmarks tasks.

The adding problem and copy memory, all networks, one fixed budget of training steps,
some seeds each: the loss on sequences that were not trained on, beside that of a model
that is blind to the inputs. Some processes share the trainings, a core each. What is
in the file of results already is not trained again.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import statistics
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from benchmarks.arguments import positive

DESCRIPTION = __doc__.split("\n\n", 1)[1]
LENGTHS = {"adding": 200, "copy": 50}
RESULTS = Path(__file__).parent / "tasks.json"
BATCH = 32
TESTED = 500  # sequences
SOLVED = 0.1  # of the blind loss


def loss_after(
    network: str,
    task: str,
    length: int,
    steps: int,
    units: int,
    rate: float,
    seed: int,
) -> tuple[float | None, float]:
    """The loss on new sequences after training, None if it diverged; the blind one."""
    import keras

    from seqkit import layers, tasks

    make = {"adding": tasks.adding, "copy": tasks.copy_memory}[task]
    training = make(n=steps * BATCH, length=length, seed=2 * seed)
    test = make(n=TESTED, length=length, seed=2 * seed + 1)
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(training.inputs.shape[1:])
    layer = layers.get(network, units, return_sequences=training.at_every_step)
    outputs = keras.layers.Dense(training.outputs)(layer(inputs))
    model = keras.Model(inputs, outputs)
    of_classes = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = of_classes if training.loss.startswith("sparse") else training.loss
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=1.0)
    model.compile(optimizer, loss)
    model.fit(training.inputs, training.targets, batch_size=BATCH, verbose=0)
    reached = model.evaluate(test.inputs, test.targets, batch_size=TESTED, verbose=0)
    return (float(reached) if math.isfinite(reached) else None), test.blind


class Training(NamedTuple):
    """One training: what it is of."""

    task: str
    network: str
    seed: int
    length: int
    steps: int
    units: int
    rate: float


def work(training: Training) -> dict:
    """What a training reached, in a worker process."""
    of = training._asdict()
    reached, blind = loss_after(**of)
    return {**of, "loss": reached, "blind": blind}


def settle() -> None:
    """One core for each worker."""
    cores = sorted(os.sched_getaffinity(0))
    number = multiprocessing.current_process()._identity[0]
    os.sched_setaffinity(0, {cores[(number - 1) % len(cores)]})


def main(words: Sequence[str]) -> int:
    """Train, and print a table."""
    from seqkit.layers import networks

    names = list(networks())
    parse = argparse.ArgumentParser(
        prog="python -m benchmarks tasks", description=DESCRIPTION
    )
    add = parse.add_argument
    add("--networks", nargs="+", choices=names, default=names, metavar="NAME",
        help="by default all")  # fmt: skip
    add("--tasks", nargs="+", choices=LENGTHS, default=list(LENGTHS), metavar="TASK",
        help="adding, copy")  # fmt: skip
    add("--steps", type=positive, default=2000, help="training steps; 2000 by default")
    add("--units", type=positive, default=32, help="32 by default")
    add("--rate", type=float, default=0.01,
        help="learning rate of Adam; 0.01 by default")  # fmt: skip
    add("--seeds", type=positive, default=3, help="how many; 3 by default")
    add("--length", type=positive, help="of the sequences; 200 (adding), 50 (copy)")
    add("--processes", type=positive, default=2, help="2 by default")
    add("--json", type=Path, metavar="FILE",
        help=f"keep results here; {RESULTS} by default")  # fmt: skip
    options = parse.parse_args(words)

    file = options.json or RESULTS
    found = json.loads(file.read_text()) if file.exists() else []
    wanted = [
        Training(task, network, seed, options.length or LENGTHS[task], options.steps,
                 options.units, options.rate)
        for task, network, seed
        in product(options.tasks, options.networks, range(options.seeds))
    ]  # fmt: skip
    known = {key(each) for each in found}
    missing = [training for training in wanted if training not in known]
    context = multiprocessing.get_context("spawn")
    with context.Pool(options.processes, initializer=settle) as pool:
        for each in pool.imap_unordered(work, missing):
            found.append(each)
            found.sort(key=key)
            file.write_text(json.dumps(found, indent=1) + "\n")
            print(
                f"{each['task']}, {each['network']}, seed {each['seed']}: "
                f"{loss(each) / each['blind']:.1%} of the blind loss",
                file=sys.stderr,
                flush=True,
            )
    print(
        f"{options.steps} steps of {BATCH} sequences, {options.units} units, learning "
        f"rate {options.rate:g}, {options.seeds} seeds; "
        "median (least to greatest) test loss\n\n"
        f"{'task':<8}{'network':<18}{'loss':>26}{'of blind':>10}  solved"
    )
    for task, network in product(options.tasks, options.networks):
        of = [
            each for each in found
            if key(each) in wanted and each["task"] == task
            and each["network"] == network
        ]  # fmt: skip
        print(line(of))
    return 0


def key(result: dict) -> Training:
    """Which training a result is of."""
    return Training(*(result[name] for name in Training._fields))


def loss(result: dict) -> float:
    """The loss that was reached; infinite where the training diverged."""
    return math.inf if result["loss"] is None else result["loss"]


def line(found: Sequence[dict]) -> str:
    """A row of the table: a network on a task."""
    losses, blind = [loss(each) for each in found], found[0]["blind"]
    median = statistics.median(losses)
    spread = f"{median:.4f} ({min(losses):.4f} to {max(losses):.4f})"
    solved = sum(loss(each) < SOLVED * each["blind"] for each in found)
    return (
        f"{found[0]['task']:<8}{found[0]['network']:<18}{spread:>26}"
        f"{median / blind:>10.0%}  {solved} of {len(losses)}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The command: python -m benchmarks tasks.

The adding problem and copy memory, all networks, one fixed budget of training steps,
some seeds each: the loss on sequences that were not trained on, beside that of a model
that is blind to the inputs. Two processes share the networks, a core each.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.arguments import positive

DESCRIPTION = __doc__.split("\n\n", 1)[1]
LENGTHS = {"adding": 200, "copy": 50}
TESTED = 500  # sequences
SOLVED = 0.1  # of the blind loss


def loss_after(
    network: str, task: str, length: int, steps: int, units: int, seed: int
) -> tuple[float, float]:
    """The loss on new sequences after training, and the blind one."""
    import keras

    from seqkit import layers, tasks

    make = {"adding": tasks.adding, "copy": tasks.copy_memory}[task]
    batch = 32
    training = make(n=steps * batch, length=length, seed=2 * seed)
    test = make(n=TESTED, length=length, seed=2 * seed + 1)
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(training.inputs.shape[1:])
    layer = layers.get(network, units, return_sequences=training.at_every_step)
    outputs = keras.layers.Dense(training.outputs)(layer(inputs))
    model = keras.Model(inputs, outputs)
    of_classes = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = of_classes if training.loss.startswith("sparse") else training.loss
    optimizer = keras.optimizers.Adam(1e-2, global_clipnorm=1.0)
    model.compile(optimizer, loss)
    model.fit(training.inputs, training.targets, batch_size=batch, verbose=0)
    reached = model.evaluate(test.inputs, test.targets, batch_size=TESTED, verbose=0)
    return float(reached), test.blind


def work(arguments: tuple) -> dict:
    """All seeds of a network on a task, in a worker process."""
    network, task, length, steps, units, seeds = arguments
    losses = []
    for seed in range(seeds):
        reached, blind = loss_after(network, task, length, steps, units, seed)
        losses.append(reached)
    return {"network": network, "task": task, "losses": losses, "blind": blind}


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
    add("--steps", type=positive, default=300, help="training steps; 300 by default")
    add("--units", type=positive, default=32, help="32 by default")
    add("--seeds", type=positive, default=3, help="how many; 3 by default")
    add("--length", type=positive, help="of the sequences; 200 (adding), 50 (copy)")
    add("--processes", type=positive, default=2, help="2 by default")
    add("--json", type=Path, metavar="FILE", help="write everything measured here")
    options = parse.parse_args(words)

    jobs = [
        (name, task, options.length or LENGTHS[task], options.steps, options.units,
         options.seeds)
        for task in options.tasks for name in options.networks
    ]  # fmt: skip
    print(
        f"{options.steps} steps of 32 sequences, {options.units} units, "
        f"{options.seeds} seeds; median (least to greatest) test loss"
    )
    print(f"{'task':<8}{'network':<16}{'loss':>26}{'of blind':>10}  solved")
    context, found = multiprocessing.get_context("spawn"), []
    with context.Pool(options.processes, initializer=settle) as pool:
        for each in pool.imap(work, jobs):
            found.append(each)
            print(line(each), flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


def line(found: dict) -> str:
    """A row of the table."""
    losses, blind = found["losses"], found["blind"]
    median = statistics.median(losses)
    spread = f"{median:.4f} ({min(losses):.4f} to {max(losses):.4f})"
    solved = sum(loss < SOLVED * blind for loss in losses)
    return (
        f"{found['task']:<8}{found['network']:<16}{spread:>26}{median / blind:>10.0%}"
        f"  {solved} of {len(losses)}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

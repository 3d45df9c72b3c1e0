"""The options of the command, and the help that teaches them."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.contestants import CONTESTANTS, FIT_CONTESTANTS, LAYER_CONTESTANTS
from benchmarks.points import FEEDS, LAYER_POINTS, NETWORKS, LayerPoint

DESCRIPTION = """\
Speed and memory of seqkit beside Keras (on TensorFlow, with and without XLA, and on
JAX) and PyTorch. Every contestant runs in a process of its own; they take turns, one
at a time, so that a busy moment of the machine hits all of them. Tables show medians
(minima), ratios of medians, and at the end each target with what was reached. A
contestant that is not installed is left out, and named.

sections (all, if none is named):
  fit      a training step inside model.fit: Embedding, two recurrent layers, Dense;
           arrays with static and unknown time dimension, and a bucketed tf.data
           pipeline with masks; counts XLA compilations
  layers   one layer alone, forward and with all gradients; first calls
  memory   peak memory of one layer, a fresh process for each figure

commands of their own, each with --help:
  cells           every network against keras.layers.RNN over the same cell
  through-time    memory and time of long sequences: full, recompute, truncated
  tasks           what every network learns of two tasks, in one fixed budget
  scan            scans against their step form: time and error
  table           the README's table of all networks
  gpu             layers and a training step on a GPU, beside Keras's
  trace           a look inside beside an ordinary call, and its page in a browser
  torchrecurrent  the networks that torchrecurrent has too: values, training steps
"""

EXAMPLES = """\
examples:
  python -m benchmarks                          everything; some 40 minutes
  python -m benchmarks --quick                  a glance; some 3 minutes
  python -m benchmarks fit --networks LSTM --times 128 --feeds static
  python -m benchmarks layers --points 32x100x64x128 1x1000x16x64 --networks GRU
  python -m benchmarks --json new.json --markdown new.md
  python -m benchmarks --read new.json          print the tables of an earlier run
"""


def parser() -> argparse.ArgumentParser:
    """Arguments of the command; None stands for "as the full or quick run has it"."""
    parse = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parse.add_argument
    add("sections", nargs="*", metavar="section", help="fit, layers, memory")
    add("--quick", action="store_true", help="few points, few repetitions, no memory")
    add("--contestants", nargs="+", choices=CONTESTANTS, metavar="NAME",
        help=f"of {', '.join(CONTESTANTS)}; by default "
        f"{', '.join(LAYER_CONTESTANTS)} for layers, {', '.join(FIT_CONTESTANTS)} "
        "for fit")  # fmt: skip
    add("--networks", nargs="+", choices=NETWORKS, metavar="NAME",
        help=f"of {', '.join(NETWORKS)}")  # fmt: skip
    add("--points", nargs="+", type=layer_point, metavar="BxTxFxU",
        help="layers and memory: batch, time, features, units; by default "
        + ", ".join(map(str, LAYER_POINTS)))  # fmt: skip
    add("--times", nargs="+", type=positive, metavar="TIME",
        help="fit: time steps (of the longest row, if bucketed)")  # fmt: skip
    add("--feeds", nargs="+", choices=FEEDS, metavar="FEED",
        help=f"fit: of {', '.join(FEEDS)}")  # fmt: skip
    add("--repetitions", type=positive, help="turns of every contestant")
    add("--steps", type=positive, help="training steps in one turn of fit")
    add("--json", type=Path, metavar="FILE", help="write everything measured here")
    add("--markdown", type=Path, metavar="FILE", help="write the tables here")
    add("--read", type=Path, metavar="FILE",
        help="measure nothing; show what an earlier --json FILE holds")  # fmt: skip
    return parse


def positive(text: str) -> int:
    """A positive integer."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a positive integer, not {text!r}")
    return int(text)


def layer_point(text: str) -> LayerPoint:
    """A size of the inputs and of a layer."""
    try:
        return LayerPoint.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None

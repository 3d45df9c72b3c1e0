r"""
When not to use a recurrent network
===================================

Try something simple first, and keep it beside the network. In this package a network
must earn its place: each model has a simple part, and says where the network adds
nothing.
"""

# %%
# A series that a line of weights foretells
# -----------------------------------------
# A linear forecast of the last readings is fitted in closed form, in milliseconds. The
# forecaster has both, and keeps the network only where it takes away more than 1 % of
# the mean absolute error of readings held out.

import numpy as np

from seqkit.models import Forecaster, ForecasterSettings

random = np.random.default_rng(0)
settings = ForecasterSettings(horizon=5, units=8, epochs=5)


def report(name, values):
    forecaster = Forecaster.fit(values[:, None], settings, verbose=0)
    kept = "kept" if forecaster.network is not None else "left out"
    print(f"{name}: the network is {kept}")
    print("   ", forecaster.report)


time = np.arange(1500)
report("a noisy sine", np.sin(time / 8) + 0.2 * random.normal(size=1500))

noise = random.normal(size=1500)
autoregressive = np.zeros(1500)
for t in range(2, 1500):
    autoregressive[t] = (
        1.5 * autoregressive[t - 1] - 0.7 * autoregressive[t - 2] + noise[t]
    )
report("an autoregressive series", autoregressive)

# %%
# A series that is not linear is another matter:

logistic = np.full(1500, 0.4)
for t in range(1, 1500):
    logistic[t] = 3.8 * logistic[t - 1] * (1 - logistic[t - 1])
report("the logistic map", logistic)

# %%
# Texts
# -----
# A bag of n-grams is hard to beat. On sentences of film reviews the network adds to it:
# accuracies, from :doc:`/sentiment`, which has the command and the conditions.

from pathlib import Path

import pandas as pd

import seqkit

pages = Path(seqkit.__file__).parents[1] / "docs"


def table(page, heading):
    """Return the table of a page with a word in its first line."""
    lines = (pages / page).read_text().splitlines()
    start = next(
        k for k, line in enumerate(lines) if line.startswith("|") and heading in line
    )
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append(
            [cell.strip(" `").replace("*", "") for cell in line.split("|")[1:-1]]
        )
    return pd.DataFrame(rows[2:], columns=rows[0]).set_index(rows[0][0])


table("sentiment.md", "seed 1")

# %%
# Anomalies
# ---------
# Ridge regression and the distance to the nearest windows of the past are strong, and
# by some measures better (:doc:`/anomaly`, which has the commands).

table("anomaly.md", "NAB score").head(8)

# %%
# Translation
# -----------
# Without attention, a recurrent network translates Multi30k worse than a dictionary
# that puts word for word (:doc:`/translation`).

table("translation.md", "BLEU")[["BLEU"]].join(table("translation.md", "word by word"))

# %%
# Speed
# -----
# A recurrent network goes through time step by step, and short sequences in small
# batches leave a machine with little to do at once. Where a sequence is long, and its
# order matters less than what is in it, attention or convolutions use the machine
# better; networks whose recurrence is linear, `LRU` and `MinGRU` among them, are
# computed as a scan over the whole sequence.
#
# Where it has its place
# ----------------------
# Where time goes on and memory must not grow: streams of readings, one step at a time;
# small models on a CPU or in TensorFlow Lite; series whose next value depends on what
# was long before, in a way that is not linear, as the logistic map above.

r"""
Install
=======

seqkit needs Python 3.10 to 3.12, and brings Keras 3 and TensorFlow with it. From a copy
of its repository:

.. code-block:: shell

    pip install .              # the layers, models and tools
    pip install '.[apps]'      # and the applications: sentiment, translation, anomaly
    pip install '.[data]'      # and the data sets that these take without a file
    pip install '.[inspect]'   # and tables and interactive pages of what happens inside

``make demo`` there makes an environment of its own, trains a model on real reviews, and
uses it.

Importing ``seqkit`` is light. Its packages are imported when they are first used:
"""

# %%

import seqkit

print(dir(seqkit))

# %%
# A network of each kind is a layer of Keras, by its class or by its name:

import numpy as np

sequences = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
print(seqkit.layers.LSTM(4)(sequences).shape)
print(seqkit.layers.get("clockwork", 4)(sequences).shape)

# %%
# ``help`` has everything on one page: the equations, every argument, an example, the
# paper. The :doc:`reference </reference/index>` is made from the same text.

print("\n".join(seqkit.layers.MinGRU.__doc__.splitlines()[:14]))

# %%
# The first training of a process compiles the time loop. A program that is started
# again and again keeps what was compiled, if it asks for that before it imports
# TensorFlow:
#
# .. code-block:: python
#
#     from seqkit.compilation_cache import keep_compilations
#
#     keep_compilations()

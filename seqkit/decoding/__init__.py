"""Greedy search, sampling and beam search over any step function, inside the graph.

A model takes part through one function:

    step(tokens, state, memory) -> (logits, state) or (logits, state, attention)

- `tokens`, int32 `(batch, beams)`: the last token of each beam; at first the `start`
  that the search was given.
- `state`: any nest of tensors `(batch, beams, …)`: what changes from step to step, as
  the state of a recurrent cell does. The search is given it without the axis of beams.
- `memory`: any nest of tensors `(batch, …)`: what every step reads and none changes, as
  the outputs of an encoder, their mask, and the keys of an attention layer. It has no
  axis of beams and is never copied for them: beams stand where an attention layer of
  `seqkit.layers` takes many queries of one memory, `(batch, time, features)`.
- `logits` `(batch, beams, vocabulary)`; `attention` `(batch, beams, source)`.

Greedy search and sampling have one beam. A cell that takes `(rows, features)` is given
`tf.reshape(x, [-1, features])`.

A row whose outputs are complete leaves the batch with its state and memory, and costs
nothing more: `batch` becomes smaller from step to step, so a step that is compiled for
each shape is not for here. Everything is stock TensorFlow ops under `tf.while_loop`: it
runs eagerly, faster inside `tf.function`, and in a SavedModel; any batch size, 0 too.
A large batch is faster, and takes less memory, through `in_chunks`.
"""

from seqkit.decoding.beam import beam_search
from seqkit.decoding.chunks import in_chunks
from seqkit.decoding.greedy import greedy_search
from seqkit.decoding.protocol import Decoded, Step, StepFunction
from seqkit.decoding.sampling import sample
from seqkit.decoding.tree import RecordedBeamSearch, SearchTree, TreeNode

__all__ = [
    "Decoded",
    "RecordedBeamSearch",
    "SearchTree",
    "Step",
    "StepFunction",
    "TreeNode",
    "beam_search",
    "greedy_search",
    "in_chunks",
    "sample",
]

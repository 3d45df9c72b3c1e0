"""What a beam search went through: beginnings that were kept, dropped, finished."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.decoding.beam import beam_search
from seqkit.decoding.checks import checked
from seqkit.decoding.protocol import Decoded, Step, StepFunction
from seqkit.errors import InputError
from seqkit.scalars import at_least

_DEAD = -1  # of a beam that is no beginning: all begin as copies of one
_IMPOSSIBLE = -1e6  # log-probability below which a model rules a token out


class TreeNode(NamedTuple):
    """A token after a beginning.

    Attributes:
        parent: The number of the node before it; -1 at the start.
        step: How many tokens lead to it; 0 at the start.
        token: Its id.
        log_probability: Of all tokens to it.
        fate: "start"; "kept" where the search went on from it; "dropped" where it did
            not; "finished" where the token is the end of an output.
        score: What a finished output is ranked by; NaN of all others.
        best: Whether the best output goes through it.
    """

    parent: int
    step: int
    token: int
    log_probability: float
    fate: str
    score: float
    best: bool


class SearchTree(NamedTuple):
    """All that a beam search of one sentence went through.

    Attributes:
        nodes: Each after its parent, the start first.
        texts: The token of each node, in words.
        source: The tokens that were read; empty where they are not known.
        attention: Of the best output, `(tokens, source)`; None where there is none.
    """

    nodes: list[TreeNode]
    texts: list[str]
    source: list[str]
    attention: np.ndarray | None


class RecordedBeamSearch:
    """A beam search of one sentence that keeps what it went through.

    It is called as `beam_search` is, outside of graphs, and gives the same.

    Args:
        dropped: How many of the beginnings that were dropped to keep of each step, the
            most probable ones.

    Example:
        >>> table = np.log([[0.1, 0.5, 0.4], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
        >>> def step(tokens, state, memory):
        ...     return tf.gather(table, tokens), state
        >>> search = RecordedBeamSearch(dropped=1)
        >>> found = search(step, [0], (), end=2, maximum_length=9, size=1, n_best=1)
        >>> for node in search.tree().nodes:
        ...     print(node.step, node.token, node.fate, round(node.log_probability, 2))
        0 0 start 0.0
        1 1 kept -0.69
        1 2 dropped -0.92
        2 2 finished -1.05
        2 1 dropped -2.3
    """

    def __init__(self, dropped: int = 3) -> None:
        self._dropped = at_least("dropped", dropped, 0)
        self._nodes: list[TreeNode] = []

    def __call__(
        self,
        step: StepFunction,
        start: Any,
        state: Any,
        memory: Any = (),
        *,
        end: int,
        **options: Any,
    ) -> Decoded:
        """Search.

        Raises:
            InputError: There are more sentences than one.
        """
        if len(start) != 1:
            raise InputError(f"start must be of one sentence; got {len(start)}")
        self._end = end
        self._nodes = [TreeNode(-1, 0, int(start[0]), 0.0, "start", np.nan, True)]
        self._children: dict[tuple[int, int], int] = {}
        self._following: dict[int, np.ndarray] = {}  # log-probabilities, by node

        def seen(tokens: tf.Tensor, state: Any, memory: Any) -> Step:
            inner, path = state
            said = checked(step, end)(tokens, inner, memory)
            here = [
                self._node(int(token), int(parent))
                for token, parent in zip(tokens[0], path[0], strict=True)
            ]
            following = tf.nn.log_softmax(tf.cast(said.logits[0], tf.float64)).numpy()
            for node, each in zip(here, following, strict=True):
                if node != _DEAD:
                    self._following[node] = each
            return Step(said.logits, (said.state, tf.constant([here])), said.attention)

        path = tf.fill([1], -1)  # before the start
        found = beam_search(seen, start, (state, path), memory, end=end, **options)
        self._finish(found)
        return found

    def tree(
        self,
        texts: Callable[[list[int]], Sequence[str]] | None = None,
        source: Sequence[str] = (),
    ) -> SearchTree:
        """Give what the last search went through.

        Args:
            texts: Takes ids, gives their texts; ids are written as they are without it.
            source: The tokens that were read.

        Raises:
            InputError: There was no search.
        """
        if not self._nodes:
            raise InputError("a tree needs a search; got none so far")
        ids = [node.token for node in self._nodes]
        written = [str(each) for each in ids] if texts is None else list(texts(ids))
        return SearchTree(self._nodes, written, list(source), self._attention)

    def _node(self, token: int, parent: int) -> int:
        """Give the number of the node that a beam has come to."""
        if not self._following:
            return 0
        if parent == _DEAD or token == self._end:
            return _DEAD
        if (parent, token) not in self._children:
            self._add(parent, token, "kept")
        return self._children[parent, token]

    def _add(self, parent: int, token: int, fate: str, score: float = np.nan) -> int:
        before = self._nodes[parent]
        total = before.log_probability + float(self._following[parent][token])
        node = TreeNode(parent, before.step + 1, token, total, fate, score, False)
        self._nodes.append(node)
        self._children[parent, token] = len(self._nodes) - 1
        return len(self._nodes) - 1

    def _finish(self, found: Decoded) -> None:
        """Add the outputs and what was dropped, and order nodes by their steps."""
        self._attention = None
        if found.attention is not None:
            self._attention = found.attention[0, 0].numpy()
        for rank, (ids, length, score) in enumerate(
            zip(found.ids[0], found.lengths[0], found.scores[0], strict=True)
        ):
            if not np.isfinite(score):
                continue
            node = 0
            for token in ids[: int(length)].numpy().tolist():
                node = self._children[node, token]
            node = self._add(node, self._end, "finished", float(score))
            while rank == 0 and node > 0:
                self._nodes[node] = self._nodes[node]._replace(best=True)
                node = self._nodes[node].parent
        kept = [n for n, node in enumerate(self._nodes) if n in self._following]
        for step in range(max(node.step for node in self._nodes)):
            self._add_dropped([n for n in kept if self._nodes[n].step == step])
        order = sorted(
            range(len(self._nodes)),
            key=lambda n: (self._nodes[n].step, -self._nodes[n].log_probability),
        )
        places = {old: new for new, old in enumerate(order)} | {-1: -1}
        self._nodes = [
            self._nodes[old]._replace(parent=places[self._nodes[old].parent])
            for old in order
        ]

    def _add_dropped(self, parents: list[int]) -> None:
        """Add the most probable of what might have followed nodes, and did not."""
        if not self._dropped:
            return
        candidates = []
        for parent in parents:
            following = self._following[parent]
            for token in np.argsort(-following, kind="stable").tolist():
                if following[token] < _IMPOSSIBLE:
                    break
                if (parent, token) not in self._children:
                    total = self._nodes[parent].log_probability + following[token]
                    candidates.append((-total, parent, token))
                    if sum(each[1] == parent for each in candidates) == self._dropped:
                        break
        for _, parent, token in sorted(candidates)[: self._dropped]:
            self._add(parent, token, "dropped")

"""The networks in NumPy, float64, from their equations: forward and backward.

`rnn` is the one to read first: a recurrent network with a softmax output and its
back-propagation through time, four functions long. The others follow one protocol
(`sequence.Network`: one step forward, one step backward) under one time loop. The
classical ones have their derivatives by hand; the others are forward equations alone,
`autodiff.Equations`, differentiated by the few operations of `autodiff`. Nothing here
knows Keras; every derivative is checked against finite differences.
"""

from seqkit.testing.reference.compressor import HistoryCompressor
from seqkit.testing.reference.differences import numerical_gradient
from seqkit.testing.reference.gated import GRU, LSTM
from seqkit.testing.reference.gated_units import (
    JANET,
    MGU,
    MUT1,
    MUT2,
    MUT3,
    NAS,
    RHN,
    SCRN,
    UGRNN,
    LayerNormGRU,
    LiGRU,
)
from seqkit.testing.reference.irregular_family import GRUD, CfC
from seqkit.testing.reference.linear_family import LRU, RGLRU, MinGRU, MinLSTM
from seqkit.testing.reference.lstm_family import (
    SLSTM,
    CoupledLSTM,
    DepthGatedLSTM,
    LayerNormLSTM,
    PeepholeLSTM,
    ProjectedLSTM,
    UnstabilizedSLSTM,
)
from seqkit.testing.reference.rnn import (
    RNNWeights,
    cross_entropy,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
    softmax,
)
from seqkit.testing.reference.sequence import (
    Gradients,
    Network,
    Run,
    sequence_backward,
    sequence_forward,
)
from seqkit.testing.reference.simple import Context, Elman, Jordan, SimpleRNN
from seqkit.testing.reference.simple_family import (
    LEM,
    Clockwork,
    CoRNN,
    EchoState,
    IndRNN,
    MinimalRNN,
    MultiRecurrent,
)

__all__ = [
    "GRU",
    "GRUD",
    "JANET",
    "LEM",
    "LRU",
    "LSTM",
    "MGU",
    "MUT1",
    "MUT2",
    "MUT3",
    "NAS",
    "RGLRU",
    "RHN",
    "SCRN",
    "SLSTM",
    "UGRNN",
    "CfC",
    "Clockwork",
    "CoRNN",
    "Context",
    "CoupledLSTM",
    "DepthGatedLSTM",
    "EchoState",
    "Elman",
    "Gradients",
    "HistoryCompressor",
    "IndRNN",
    "Jordan",
    "LayerNormGRU",
    "LayerNormLSTM",
    "LiGRU",
    "MinGRU",
    "MinLSTM",
    "MinimalRNN",
    "MultiRecurrent",
    "Network",
    "PeepholeLSTM",
    "ProjectedLSTM",
    "RNNWeights",
    "Run",
    "SimpleRNN",
    "UnstabilizedSLSTM",
    "cross_entropy",
    "numerical_gradient",
    "rnn_backward",
    "rnn_cell_backward",
    "rnn_cell_forward",
    "rnn_forward",
    "sequence_backward",
    "sequence_forward",
    "softmax",
]

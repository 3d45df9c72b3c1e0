"""Recurrent layers, drop-ins where `keras.layers.LSTM` stands; attention."""

from seqkit.layers.attention import BahdanauAttention, LuongAttention
from seqkit.layers.base import RecurrentLayer
from seqkit.layers.bidirectional import Bidirectional
from seqkit.layers.clockwork import Clockwork
from seqkit.layers.cornn import coRNN
from seqkit.layers.elman import Elman
from seqkit.layers.gru import GRU
from seqkit.layers.indrnn import IndRNN
from seqkit.layers.irnn import IRNN
from seqkit.layers.jordan import Jordan
from seqkit.layers.lem import LEM
from seqkit.layers.lru import LRU
from seqkit.layers.lstm import LSTM
from seqkit.layers.min_gru import MinGRU
from seqkit.layers.min_lstm import MinLSTM
from seqkit.layers.minimal_rnn import MinimalRNN
from seqkit.layers.multi_recurrent import MultiRecurrent
from seqkit.layers.names import find, get, networks
from seqkit.layers.peephole_lstm import PeepholeLSTM
from seqkit.layers.rg_lru import RGLRU
from seqkit.layers.rnn import RNN
from seqkit.layers.simple_rnn import SimpleRNN
from seqkit.layers.stack import Stack

__all__ = [
    "GRU",
    "IRNN",
    "LEM",
    "LRU",
    "LSTM",
    "RGLRU",
    "RNN",
    "BahdanauAttention",
    "Bidirectional",
    "Clockwork",
    "Elman",
    "IndRNN",
    "Jordan",
    "LuongAttention",
    "MinGRU",
    "MinLSTM",
    "MinimalRNN",
    "MultiRecurrent",
    "PeepholeLSTM",
    "RecurrentLayer",
    "SimpleRNN",
    "Stack",
    "coRNN",
    "find",
    "get",
    "networks",
]

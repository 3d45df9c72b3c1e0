"""Recurrent layers, drop-ins where `keras.layers.LSTM` stands; attention."""

from seqkit.layers.attention import BahdanauAttention, LuongAttention
from seqkit.layers.base import RecurrentLayer
from seqkit.layers.bidirectional import Bidirectional
from seqkit.layers.cfc import CfC
from seqkit.layers.clockwork import Clockwork
from seqkit.layers.cornn import coRNN
from seqkit.layers.coupled_lstm import CoupledLSTM
from seqkit.layers.depth_gated_lstm import DepthGatedLSTM
from seqkit.layers.echo_state import EchoState
from seqkit.layers.elman import Elman
from seqkit.layers.gru import GRU
from seqkit.layers.grud import GRUD
from seqkit.layers.history_compressor import HistoryCompressor
from seqkit.layers.hopfield import Hopfield, HopfieldNetwork
from seqkit.layers.indrnn import IndRNN
from seqkit.layers.irnn import IRNN
from seqkit.layers.janet import JANET
from seqkit.layers.jordan import Jordan
from seqkit.layers.layer_norm_gru import LayerNormGRU
from seqkit.layers.layer_norm_lstm import LayerNormLSTM
from seqkit.layers.learned_initial_state import LearnedInitialState
from seqkit.layers.lem import LEM
from seqkit.layers.ligru import LiGRU
from seqkit.layers.lru import LRU
from seqkit.layers.lstm import LSTM
from seqkit.layers.mgu import MGU
from seqkit.layers.min_gru import MinGRU
from seqkit.layers.min_lstm import MinLSTM
from seqkit.layers.minimal_rnn import MinimalRNN
from seqkit.layers.multi_recurrent import MultiRecurrent
from seqkit.layers.mut import MUT1, MUT2, MUT3
from seqkit.layers.names import find, get, networks
from seqkit.layers.nas import NAS
from seqkit.layers.output_feedback import OutputFeedback
from seqkit.layers.peephole_lstm import PeepholeLSTM
from seqkit.layers.pooling import MaskedPooling
from seqkit.layers.projected_lstm import ProjectedLSTM
from seqkit.layers.residual import Residual
from seqkit.layers.rg_lru import RGLRU
from seqkit.layers.rhn import RHN
from seqkit.layers.rnn import RNN
from seqkit.layers.scrn import SCRN
from seqkit.layers.simple_rnn import SimpleRNN
from seqkit.layers.skip_rnn import SkipRNN
from seqkit.layers.slstm import sLSTM
from seqkit.layers.stack import Stack
from seqkit.layers.stretches import Stretches
from seqkit.layers.ugrnn import UGRNN
from seqkit.layers.weight_drop import WeightDrop
from seqkit.layers.zoneout import Zoneout

__all__ = [
    "GRU",
    "GRUD",
    "IRNN",
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
    "RNN",
    "SCRN",
    "UGRNN",
    "BahdanauAttention",
    "Bidirectional",
    "CfC",
    "Clockwork",
    "CoupledLSTM",
    "DepthGatedLSTM",
    "EchoState",
    "Elman",
    "HistoryCompressor",
    "Hopfield",
    "HopfieldNetwork",
    "IndRNN",
    "Jordan",
    "LayerNormGRU",
    "LayerNormLSTM",
    "LearnedInitialState",
    "LiGRU",
    "LuongAttention",
    "MaskedPooling",
    "MinGRU",
    "MinLSTM",
    "MinimalRNN",
    "MultiRecurrent",
    "OutputFeedback",
    "PeepholeLSTM",
    "ProjectedLSTM",
    "RecurrentLayer",
    "Residual",
    "SimpleRNN",
    "SkipRNN",
    "Stack",
    "Stretches",
    "WeightDrop",
    "Zoneout",
    "coRNN",
    "find",
    "get",
    "networks",
    "sLSTM",
]

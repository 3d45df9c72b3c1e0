"""The translator: pairs, network, training, evaluation."""

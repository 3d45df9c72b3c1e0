"""Speed of the translator: training beside Keras and PyTorch, decoding as exported."""

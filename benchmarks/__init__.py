"""Speed and memory of seqkit beside Keras and PyTorch: `python -m benchmarks`."""

"""The command-line applications."""

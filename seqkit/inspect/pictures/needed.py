"""Says what is to be installed, before anything fails for the lack of it."""

from importlib.util import find_spec

for _package in ("pandas", "sklearn"):
    if find_spec(_package) is None:
        raise ImportError(
            f"Pictures of traces need {_package}: pip install 'seqkit[inspect]'."
        )

import sys
from pathlib import Path

# As when `python apps/sentiment.py` runs.
sys.path.insert(0, str(Path(__file__).parents[2] / "apps"))

"""Peak resident memory of this process, on Linux.

The kernel keeps the highest resident size of a process (`VmHWM`); writing 5 to
/proc/self/clear_refs starts that record anew. `ru_maxrss` will not do: a process
inherits it from the one that started it.
"""

from __future__ import annotations

import ctypes
import gc
import re
from pathlib import Path


class Peak:
    """Highest resident size since the start, above the size at the start."""

    def __init__(self) -> None:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)  # what was freed goes back to the system
        Path("/proc/self/clear_refs").write_text("5")
        self.baseline = self._highest()

    def megabytes(self) -> float:
        """Highest size above the baseline, in MB."""
        return self._highest() - self.baseline

    @staticmethod
    def _highest() -> float:
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+) kB", status).group(1)) / 1024

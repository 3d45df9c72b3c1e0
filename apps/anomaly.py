"""The command `seqkit-anomaly`, from a folder with the sources: see its --help."""

import sys

from seqkit.apps.anomaly import main

if __name__ == "__main__":
    sys.exit(main())

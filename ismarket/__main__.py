"""``python -m ismarket``: the command line, without the current folder among the modules."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # where Python puts that folder for -m: a file there is nobody's package

from .cli import main

if __name__ == "__main__":
    main()

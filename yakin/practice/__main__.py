"""`python -m yakin.practice`: the practice town hall as a process of its own."""

from __future__ import annotations

import argparse
import sys

from yakin.errors import YakinError
from yakin.practice.command import add_options, run


def main() -> int:
    """Serve until interrupted; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m yakin.practice", description=__doc__)
    add_options(parser)
    try:
        run(parser.parse_args())
    except YakinError as error:
        print(error.message, error.hint or "", file=sys.stderr)  # noqa: T201 - the command line's own voice
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())

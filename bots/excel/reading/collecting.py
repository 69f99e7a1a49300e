"""Making millions of cells without being stopped on the way."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep Python's search for unreachable cycles from running.

    It runs whenever some hundred lists have been made, and looks through those there are; the rows of a sheet are lists, and
    none of them is in a cycle. Where several threads read at once, it runs again as soon as one of them has finished.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

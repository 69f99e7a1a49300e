"""A practice town hall: a mock back-office web system (住民税申告受付システム) for training, the demo, tests and benchmarks.

It keeps its own SQLite file and shows faults on request. Importing this package loads neither the web framework nor the
server; that happens when a `PracticeServer` is made.
"""

from __future__ import annotations

from yakin.practice.command import serve
from yakin.practice.faults import Faults
from yakin.practice.server import DEFAULT_PASSWORD, DEFAULT_USER, PracticeServer
from yakin.practice.store import Store

__all__ = ["DEFAULT_PASSWORD", "DEFAULT_USER", "Faults", "PracticeServer", "Store", "serve"]

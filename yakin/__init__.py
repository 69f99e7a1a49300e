"""Yakin (夜勤, "night shift"): routine clerical work, done at night, with proof.

What bots and scripts may use is imported from here and from `yakin.values`, `yakin.errors`, `yakin.japan` and
`yakin.actions`; everything else is the engine's own business and may change.
"""

__version__ = "0.1.0"

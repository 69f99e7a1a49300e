"""The engine: executes checked workflows and writes down, in events, what happens."""

"""Bots that do nothing, for the cases of `check`: each module is a bot."""

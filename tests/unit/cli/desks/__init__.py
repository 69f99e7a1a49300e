"""Bots of a town hall that is a text file."""

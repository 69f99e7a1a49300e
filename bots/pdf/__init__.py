"""PDF files: their text, and the tables in them. Scanned pages are pictures: that they have no text is told."""

from bots.pdf.actions import read_table, read_text

__all__ = ["read_table", "read_text"]

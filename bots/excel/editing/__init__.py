"""Changing a workbook in place, and losing nothing of it."""

from bots.excel.editing.patching import patched

__all__ = ["patched"]

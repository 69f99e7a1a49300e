"""Changing a workbook in place, and losing nothing of it."""

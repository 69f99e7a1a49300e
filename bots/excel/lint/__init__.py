"""Judging whether a workbook can be read by programs, by the Ministry's rules for tables of statistics."""

"""Workbooks: read and write Excel and CSV files without Excel."""

from bots.excel.actions import list_sheets, read_rows, write_results, write_rows
from bots.excel.newbook import Sheet, workbook_bytes
from bots.excel.saving import put

__all__ = ["Sheet", "list_sheets", "put", "read_rows", "workbook_bytes", "write_results", "write_rows"]

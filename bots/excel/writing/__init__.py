"""Making new workbooks and CSV files."""

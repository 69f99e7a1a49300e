"""Reading workbooks and CSV files into records."""

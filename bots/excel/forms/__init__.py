"""Forms on paper that became workbooks (神エクセル): read and filled in by a map of where each field is."""

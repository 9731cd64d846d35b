"""The workbooks of this room as files."""

"""Workbooks (Office Open XML, ECMA-376) read as tables, row by row, within bounds that no file can stretch."""

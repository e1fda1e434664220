"""Answers -> figures, rich display, pages and runs of notebooks. Reads tables and comparisons; reads no report and imports no
reader.
"""

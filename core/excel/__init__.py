"""Excel and CSV in and out: the machinery, without any domain in it.

A resource (one noun, one sheet) declares its columns; this package reads a file, checks every row
through the rules that the pages use too, tells all problems at once and writes all rows or none.
It refuses to guess: what cannot be read for certain is a row error, never a skipped cell.
"""

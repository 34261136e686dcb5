"""National standards as code: citizen numbers, organisation codes, divisions, names, dates, addresses.

Each module turns a relation of distinct delivered texts into a table of standard values, by set-based
SQL. What belongs to one delivery, and not to a value alone, is in `sources.standardise`.
"""

"""Bytes to standard records: contracts, decoding, standardising, quarantine, receipts.

Knows departments and files. Does not know persons as identities (that is `matching`), nor how
tables are kept (that is `warehouse`).
"""

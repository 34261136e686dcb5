"""The one owner of database files: migrations, ledger, survivorship, history, publication."""

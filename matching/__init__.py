"""Records to identities: blocking, comparison, weights, clusters, person identity.

Links any tables that fit `matching.tables`. Knows nothing of departments, files or databases:
every function is given a DuckDB connection or Arrow tables.
"""

"""Checks that decide and never change data: suites, engine, reconciliation, gate."""

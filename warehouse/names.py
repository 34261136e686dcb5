"""Names that other rooms need without anything heavy being imported."""

from typing import Final

DEFAULT_PROJECT: Final = "default"
"""The project of the base that every home publishes."""

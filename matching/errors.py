"""The errors of this room. Messages name tables, columns, models; never a value of a record."""


class MatchingError(Exception):
    """Root of what can go wrong while linking."""


class InputError(MatchingError):
    """A table to link that does not have the shape of `matching.tables`."""

    def __init__(self, relation: str, message: str) -> None:
        """Name the relation and say what it lacks."""
        super().__init__(f"input {relation}: {message}")
        self.relation = relation


class SpecError(MatchingError):
    """A spec that cannot be used: `spec` names it, the message says what to mend."""

    def __init__(self, spec: str, message: str) -> None:
        """Name the spec and say what to mend."""
        super().__init__(f"spec {spec}: {message}")
        self.spec = spec


class ConstraintError(MatchingError):
    """Constraints that contradict each other; `pairs` counts them."""

    def __init__(self, pairs: int, message: str) -> None:
        """Say how many pairs, and what contradicts."""
        super().__init__(f"constraints: {pairs} pairs {message}")
        self.pairs = pairs

"""The errors of this room. None holds a value of a person, nor SQL with literals."""


class QualityError(Exception):
    """Root of what this room raises."""


class SuiteNameError(QualityError):
    """Two suites, or two rules of one suite, bear the same name; `name` says which."""

    def __init__(self, name: str) -> None:
        """Keep the name that occurs twice."""
        super().__init__(f"check name used twice: {name}; give each suite and each rule its own name")
        self.name = name

"""The errors of this room. None holds a value of a person."""


class PipelinesError(Exception):
    """Root of what this room raises."""


class HomeError(PipelinesError):
    """There is no usable HOME."""


class NightError(PipelinesError):
    """A night label that is no date."""

    def __init__(self, label: str) -> None:
        """Keep the label as given."""
        super().__init__(f"night {label!r} is no date; write it as YYYY-MM-DD")
        self.label = label


class WriterBusyError(PipelinesError):
    """Another process writes the warehouse of this HOME; try again when it is done."""


class StepError(PipelinesError):
    """A step failed in a way nobody foresaw. The text of the cause, which may hold values, is in `log`."""

    def __init__(self, step: str, cause: str, log: str) -> None:
        """Args: step: what was done; cause: type of the error; log: restricted file, relative to HOME."""
        super().__init__(f"{step}: {cause}; details in {log} below HOME, which may hold personal values")
        self.step = step
        self.cause = cause
        self.log = log


class NothingHeldBackError(PipelinesError):
    """No merged night waits for publication."""


class NothingToRedriveError(PipelinesError):
    """No delivery was found that could be read again."""


class QuestionError(PipelinesError):
    """What was asked for cannot be explained; ask otherwise."""


class BackupError(PipelinesError):
    """A backup cannot be written or restored."""


class NotifyError(PipelinesError):
    """The declaration of who is told of nights cannot be understood."""

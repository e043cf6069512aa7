"""Exit codes of the command, for scripts."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    FAILED = 1  # something unexpected: a fault to report
    USAGE = 2  # a wrong argument, setting or file
    NOT_WHOLE = 3  # done, but something was rejected or is missing
    UNAVAILABLE = 4  # an archive or the index does not answer, or another run has the source
    INTERRUPTED = 130

"""What a harvester did wrong, or what there is nothing of, in the words of OAI-PMH."""

from typing import Literal

Code = Literal[
    "badArgument", "badResumptionToken", "badVerb", "cannotDisseminateFormat", "idDoesNotExist", "noRecordsMatch"
]  # fmt: skip
"""noMetadataFormats and noSetHierarchy never happen: every record has every format, and there are sets."""


class OaiError(Exception):
    """Becomes an `error` element; `code` as the protocol names it."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def bad_argument(message: str) -> OaiError:
    return OaiError("badArgument", message)

"""What an installation says of its OAI-PMH repository."""

import re
from dataclasses import dataclass

_NAMESPACE = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(?:\.[a-zA-Z][a-zA-Z0-9-]*)+")
"""As the schema of oai-identifier has it."""
NAMESPACE = "moisson.invalid"


@dataclass(frozen=True)
class OaiOffer:
    """`namespace` stands in the identifiers of all records, and must stay as it is; `email` of who runs the catalogue."""

    namespace: str = NAMESPACE
    email: str = "postmaster@moisson.invalid"
    page_size: int = 100

    def __post_init__(self) -> None:
        check_namespace(self.namespace)


def check_namespace(value: str) -> str:
    """Raises ValueError."""
    if not _NAMESPACE.fullmatch(value):
        raise ValueError(f"{value!r}: a namespace is a domain name, such as catalogue.example.org")
    return value

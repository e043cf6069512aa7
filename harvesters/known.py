"""Whether an archive still knows the collections of which it gave nothing (CNES report §2.5: one renamed is an empty list)."""

import logging
from collections.abc import Callable, Sequence

from harvesters.errors import Misconfigured, Rejected

LOGGER = logging.getLogger(__name__)
_GONE = (404, 410)


def is_found(ask: Callable[[], object]) -> bool:
    """Whether what is asked for has an address of its own. Raises HarvestError where that cannot be told."""
    try:
        ask()
    except Rejected as error:
        if error.status not in _GONE:
            raise
        return False
    return True


def check_known(name: str, empty: Sequence[str], full: Sequence[str], knows: Callable[[str], bool]) -> None:
    """Asks about each collection of which nothing came. One of those that gave something stands witness: where the archive does not
    know even that by its name, it says nothing about the others. Raises Misconfigured."""
    unknown = [collection for collection in empty if not knows(collection)]
    if not unknown:
        return
    if full and not knows(full[0]):
        LOGGER.warning("%s: nothing came of %s, and the archive cannot be asked whether it knows it", name, ", ".join(unknown))
        return
    raise unknown_error(name, unknown)


def unknown_error(name: str, unknown: Sequence[str]) -> Misconfigured:
    """What an operator must do about collections that the archive does not know."""
    return Misconfigured(
        f"{name}: collections: the archive does not know {', '.join(map(repr, unknown))}: renamed or withdrawn; give the present name, or "
        "leave it out. What is kept of it stays"
    )

"""Later: what is done beside a request."""

import threading
from collections.abc import Callable

Later = Callable[[Callable[[], None]], None]
"""Does something beside the request."""


def beside(work: Callable[[], None]) -> None:
    """In a thread of its own, which nobody waits for."""
    threading.Thread(target=work, daemon=True).start()

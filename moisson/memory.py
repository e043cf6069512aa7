"""The garbage collector and the allocator, told about this program."""

import ctypes
import gc
from contextlib import suppress

# malloc.h of glibc.
_TRIM_THRESHOLD, _TOP_PAD = -1, -2
_MIB = 2**20


def spare_the_collector() -> None:
    """Tells the garbage collector that what is loaded stays: harvests and answers make many small objects and no cycles, and would else
    wait while modules and schemas are looked through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def keep_freed_memory() -> None:
    """Tells glibc's allocator to keep what was freed for the next answer: one of a thousand Items takes tens of megabytes for a moment,
    which the kernel would take back, clear and give anew each time. Other allocators are left as they are."""
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, 128 * _MIB)
        mallopt(_TOP_PAD, 32 * _MIB)

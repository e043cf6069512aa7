"""The garbage collector, told about this program."""

import gc


def spare_the_collector() -> None:
    """Tells the garbage collector that what is loaded stays: harvests and answers make many small objects and no cycles, and would else
    wait while modules and schemas are looked through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)

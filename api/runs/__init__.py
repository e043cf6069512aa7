"""/runs: pages on which operators see how the harvests stand, and ask something of the schedulers."""

"""Stand-ins of the archives: each speaks its archive's protocol over real HTTP, from one deterministic world."""

from .deliveries import write_deliveries
from .faults import Faults, Rule
from .server import API_KEY, Upstreams
from .world import Truth, World

__all__ = ["API_KEY", "Faults", "Rule", "Truth", "Upstreams", "World", "write_deliveries"]

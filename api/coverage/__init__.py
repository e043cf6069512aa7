"""How much of an area is open, held or orderable, and what the rest would cost."""

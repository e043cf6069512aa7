"""Who finds what, over every route."""

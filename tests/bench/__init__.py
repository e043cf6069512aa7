"""make bench: speed, printed with the command that repeats it. Never a test."""

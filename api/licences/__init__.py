"""The licence table, for programs and for people."""

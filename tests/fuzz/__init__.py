"""Inputs that nobody means well: the API answers them at once, with a refusal that says why."""

"""Exports: all Items of a search as a file, in one stream."""

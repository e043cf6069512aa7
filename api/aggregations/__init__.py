"""Summaries of all Items that match, as STAC's aggregation extension has them."""

"""Feeds: what changed in the catalogue, for those who take it with them."""

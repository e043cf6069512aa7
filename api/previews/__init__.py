"""Thumbnails and overviews of archives, fetched by this server for whoever may look at them."""

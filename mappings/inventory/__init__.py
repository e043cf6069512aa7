"""Inventories: lists of images as people keep them, in CSV and GeoPackage files, whoever keeps them."""

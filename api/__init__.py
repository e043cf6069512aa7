"""The STAC API: handlers that join ready bytes."""

"""Drafts of requests to the archive of purchased images."""

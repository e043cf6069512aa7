"""Ordering images that are not purchased yet: whose tariff, how much about, and the document that a request form asks for."""

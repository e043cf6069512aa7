"""Matching: is this image of the commercial catalogue held already? Rules only; schedules/matching.py applies them to an index."""

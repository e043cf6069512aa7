"""What Items can be filtered and sorted by, as JSON schemas."""

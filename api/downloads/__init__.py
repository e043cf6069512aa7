"""From an asset to its file: the right checked, the address signed, the audit line written."""

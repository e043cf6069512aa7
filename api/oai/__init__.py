"""OAI-PMH 2.0: the catalogue as a repository that other catalogues harvest, deletions included."""

"""Catalogues of the OGC family (CSW, OAI-PMH, OpenSearch-EO) and their records: ISO 19139, ISO 19115-2, EOP O&M (10-157)."""

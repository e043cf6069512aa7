"""The catalogue as it is walked: landing page, archives, Collections, periods; for programs and for people."""

"""The STAC API: handlers that join ready bytes."""

import logging

# At import stac-fastapi complains that no environment variable configures it: api/app.py does.
logging.getLogger("stac_fastapi.types.config").setLevel(logging.ERROR)

"""The outside validators, in an environment of their own: stac-valid and stac-validator install one module, and none of it is ours.

`python -m tests.validators.environment` prepares it, which `make test` does before the tests.
"""

import sys
from pathlib import Path

from tests.support.environments import NotPrepared, python_of

# stac-api-validator asks for stac-validator, whose releases go on as stac-valid: the same module, so only one of them is installed.
_PINS = (
    "stac-api-validator==0.6.8", "stac-check==1.14.0", "stac-valid==4.2.2", "rustac==0.9.18", "attrs==26.1.0", "cachebox==5.2.3",
    "certifi==2026.10.18", "charset-normalizer==3.5.2", "click==8.5.1", "deepdiff==9.1.0", "fastjsonschema==2.22.3", "idna==3.20",
    "jsonschema==4.26.0", "jsonschema-specifications==2025.9.1", "more-itertools==11.2.1", "numpy==2.4.6", "orderly-set==5.5.0",
    "orjson==3.13.0", "pystac==1.15.2", "pystac-client==0.9.1", "pystac-core==1.15.2", "python-dateutil==4.0.0",
    "python-dotenv==1.2.4", "PyYAML==6.0.3", "referencing==0.37.0", "requests==2.34.2", "rpds-py==2026.9.1", "shapely==2.2.0",
    "six==1.17.0", "tqdm==4.70.1", "typing_extensions==4.16.0", "tzdata==2026.6", "urllib3==2.8.0",
)  # fmt: skip


def python() -> Path:
    """The Python that has them. Raises NotPrepared."""
    return python_of("validators", _PINS)


def main() -> int:
    try:
        python()
    except NotPrepared as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

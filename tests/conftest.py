"""Fixtures that every folder's tests share."""

import pytest

from mappings.validation import Validator
from tests.support.shared import extension_schemas, shared


@pytest.fixture(scope="session")
def validator() -> Validator:
    """Core, our extension, and every extension whose schema is in ../shared/schemas."""
    return Validator(extension_schemas())


@pytest.fixture
def sample():
    """sample("cnes/…") -> the bytes of a recorded answer."""
    return lambda path: shared(f"samples/{path}").read_bytes()

"""Settings of the OAI-PMH repository."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from api.oai.offer import NAMESPACE, OaiOffer, check_namespace
from moisson.sections.base import Section


class OaiSettings(Section):
    """`namespace` stands in the identifiers of all records (default: the host of `api.public_url`): it must stay as it is once somebody
    has harvested. `admin_email` of who runs the catalogue (default: its postmaster)."""

    namespace: str | None = None
    admin_email: str | None = Field(None, pattern=r"^[^@\s<>&]+@[^@\s<>&.]+(\.[^@\s<>&.]+)+$", max_length=200)

    @field_validator("namespace")
    @classmethod
    def _domain(cls, namespace: str | None) -> str | None:
        return check_namespace(namespace) if namespace else None

    def offer(self, public_url: str | None) -> OaiOffer:
        """As the API takes it."""
        namespace = self.namespace or _domain_of(public_url) or NAMESPACE
        return OaiOffer(namespace, self.admin_email or f"postmaster@{namespace}")


def _domain_of(url: str | None) -> str | None:
    """None for an address without a name that can stand in identifiers."""
    try:
        return check_namespace(urlsplit(url or "").hostname or "")
    except ValueError:
        return None

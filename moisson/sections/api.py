"""Settings of the API: where it listens, and how its users reach it."""

from ipaddress import ip_network
from typing import Any

from pydantic import Field, field_validator

from moisson.sections.base import Address, Section


class ApiSettings(Section):
    """Where the API listens, and with how many processes; `public_url` is the address that users see when a proxy stands in front,
    `trusted_proxies` the addresses and networks of proxies whose word on it counts when it is not given."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    workers: int = Field(1, ge=1, le=64)
    public_url: Address | None = None
    trusted_proxies: tuple[str, ...] = ()
    title: str = "Moisson"

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(f"{network!r}: an address or a network, such as 10.0.0.5 or 10.0.0.0/24") from None
        return networks

    def base(self) -> str:
        """The API's address without trailing slash, as a user of this machine reaches it when there is no public one."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return (self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}").rstrip("/")

    def shown(self) -> dict[str, Any]:
        """What the application is told of itself: options of `create_app`."""
        return {"title": self.title, "public_url": self.public_url, "trusted_proxies": self.trusted_proxies}

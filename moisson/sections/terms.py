"""Settings of the catalogue's own terms."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from api.terms import OTHER, MetadataLicence
from moisson.sections.base import Address, Section


def _plain(value: str) -> str:
    # It goes into a header.
    if not value.isascii() or any(character in value for character in '<>" ') or not value.isprintable():
        raise ValueError("an address as programs write it: ASCII, without spaces and quotes")
    return value


class MetadataLicenceSection(Section):
    """Under which licence the catalogue's descriptions of images may be passed on: `id` of SPDX, or `other` with the `url` of its text;
    `title` (default: the id) and `attribution`, whom to name. Without the section nothing is claimed."""

    id: str = Field(OTHER, pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]{0,60}$")
    url: Annotated[Address, AfterValidator(_plain)] | None = None
    title: str | None = Field(None, min_length=1, max_length=200)
    attribution: str = Field("", max_length=500)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.id == OTHER and self.url is None:
            raise ValueError("give id, a licence of the SPDX list such as CC-BY-4.0, or the url of another one's text")
        return self

    def licence(self) -> MetadataLicence:
        """As the API takes it."""
        href = self.url or f"https://spdx.org/licenses/{self.id}.html"
        return MetadataLicence(self.id, self.title or (href if self.id == OTHER else self.id), href, self.attribution)

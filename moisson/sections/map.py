"""Settings of the map page: what can be switched on behind the images, and where previews may come from."""

from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from api.map.offer import GEOPLATEFORME, Basemap, MapOffer, origin_of
from mappings.words import Text
from moisson.sections.base import Address, Endpoint, Section

_NAMES = {"x", "y", "z"}


def _template(value: str) -> str:
    try:
        named = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
    except ValueError:
        named = set()
    if named != _NAMES:
        raise ValueError("a template with {z}, {x} and {y}, and no other braces")
    if not origin_of(value):
        raise ValueError("an http or https address whose host a browser's rules can name")
    return value


def _origin(value: str) -> str:
    if not origin_of(value):
        raise ValueError("an address whose host a browser's rules can name")
    return value


def _host(value: str) -> str:
    if not value or value != value.strip().lower() or "/" in value or "@" in value:
        raise ValueError("a host's name or address, lower case, without port")
    return value


class BasemapSection(Section):
    """A layer behind the images: `tiles` is a template with {z}, {x} and {y} of pictures of 256 pixels in web Mercator."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")
    title_fr: str = Field(min_length=1, max_length=100)
    title_en: str = Field(min_length=1, max_length=100)
    tiles: Annotated[Endpoint, AfterValidator(_template)]
    attribution: str = Field("", max_length=200)
    minzoom: int = Field(0, ge=0, le=24)
    maxzoom: int = Field(19, ge=0, le=24)

    def basemap(self) -> Basemap:
        """As the API takes it."""
        return Basemap(self.id, Text(self.title_fr, self.title_en), self.tiles, self.attribution, self.minzoom, self.maxzoom)


class MapSettings(Section):
    """The map page. `basemaps` can be switched on beside the offline one (default: plan and photographs of the Géoplateforme; [] is none);
    `hosts` are further addresses whose layers it may show; `client_id` is the page's own at the sign-in service. Previews of archives are
    fetched unless `previews` is false: from the public internet only, and from `private_hosts` (without port); through `proxy`, an http or
    https address."""

    basemaps: tuple[BasemapSection, ...] | None = None
    hosts: tuple[Annotated[Address, AfterValidator(_origin)], ...] = ()
    client_id: str | None = Field(None, min_length=1)
    previews: bool = True
    private_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    proxy: Address | None = None

    @model_validator(mode="after")
    def _different(self) -> "MapSettings":
        names = [one.id for one in self.basemaps or ()]
        if len(set(names)) != len(names):
            raise ValueError("basemaps: two have the same id")
        return self

    def offer(self, *services: str) -> MapOffer:
        """As the API takes it; `services` are addresses of map services of configured sources ("" is none)."""
        basemaps = GEOPLATEFORME if self.basemaps is None else tuple(one.basemap() for one in self.basemaps)
        usual = MapOffer()
        return MapOffer(basemaps, (*usual.hosts, *filter(None, services), *self.hosts), self.client_id)

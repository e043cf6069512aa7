"""What was received of the yearly coverages, told apart by content."""

from mappings import dinamis
from mappings.coverages.capabilities import read_capabilities
from mappings.coverages.layers import PREFIX, Listing, Services, listing
from mappings.coverages.providers import read_providers
from mappings.record import Answer, NotAnAnswer, documents


def read(body: bytes) -> Answer:
    """Records of WMTS capabilities, of a list of tile services (xyzservices), or of an inventory of regional products (CSV,
    GeoPackage). Raises NotAnAnswer, also for a service that has no layer of ours."""
    # A document in UTF-16 begins otherwise.
    start = body[:64].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")[:1]
    if start == b"<" or start in (b"{", b"["):
        return read_layers(body).answer
    return dinamis.read(body)


def read_layers(body: bytes, services: Services | None = None) -> Listing:
    """The coverages that capabilities or a list of tile services show, with links to `services`. Raises NotAnAnswer."""
    given = services or Services()
    if body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        layers = [layer for document in documents(body) for layer in read_providers(document)]
        return listing(layers, given)
    layers, broken = read_capabilities(body)
    if not layers and not broken:
        raise NotAnAnswer(f"WMTS capabilities without any layer below {PREFIX}")
    return listing(layers, given, broken)

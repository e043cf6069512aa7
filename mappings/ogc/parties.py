"""Organisations of an ISO record as STAC's providers. Persons, their telephones and addresses are never published."""

from typing import Any
from urllib.parse import urlsplit

from mappings.ogc.elements import Element, anywhere, child, code, first, said, words
from mappings.ogc.hrefs import public
from mappings.ogc.texts import line

_ROLES = {
    "owner": "licensor",
    "rightsholder": "licensor",
    "originator": "producer",
    "author": "producer",
    "principalinvestigator": "producer",
    "resourceprovider": "producer",
    "processor": "processor",
    "distributor": "host",
    "publisher": "host",
    "custodian": "host",
}
_ORDER = ("licensor", "producer", "processor", "host")
_MOST = 20


def providers_of(metadata: Element, data: Element) -> tuple[dict[str, Any], ...]:
    """Each organisation once, with all its roles; of several hosts only the first, and last in the list, as STAC asks."""
    found: dict[str, dict[str, Any]] = {}
    for place in (data, child(metadata, "distributionInfo")):
        for party in anywhere(place, "CI_ResponsibleParty"):
            name = line(said(party, "organisationName"), 200)
            role = _ROLES.get((code(party, "role") or "").lower())
            # In a thesaurus or an authority's citation they are of the thesaurus.
            if not name or not role or any(str(above.tag).endswith(("}thesaurusName", "}authority")) for above in party.iterancestors()):
                continue
            known = found.setdefault(name.casefold(), {"name": name, "roles": set(), "url": None})
            known["roles"].add(role)
            known["url"] = known["url"] or _url(party)
    listed = [{**one, "roles": [role for role in _ORDER if role in one["roles"]]} for one in list(found.values())[:_MOST]]
    host = next((one["name"] for one in listed if "host" in one["roles"]), None)
    kept = [{**one, "roles": [role for role in one["roles"] if role != "host" or one["name"] == host]} for one in listed]
    ordered = sorted((one for one in kept if one["roles"]), key=lambda one: "host" in one["roles"])
    return tuple({name: value for name, value in one.items() if value} for one in ordered)


def _url(party: Element) -> str | None:
    """The organisation's page; a page of a person is not told apart, so that only the server's name is kept."""
    href = public(words(first(first(party, "CI_OnlineResource"), "URL")))
    return f"{urlsplit(href).scheme}://{urlsplit(href).netloc}/" if href and href.startswith("http") else None

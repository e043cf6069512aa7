"""Finding one's way in XML whose namespaces differ from one server to the next: by local names."""

from collections.abc import Iterator
from typing import Any

from mappings.values import text
from mappings.xml import local

Element = Any
"""An lxml element: the package has no types."""

_MAX_TEXT = 20_000


def children(element: Element, name: str) -> Iterator[Element]:
    """The child elements of that local name."""
    found: Iterator[Element] = element.iterchildren(f"{{*}}{name}")
    return found


def child(element: Element | None, *path: str) -> Element | None:
    """The first element down a path of local names; of several branches the first that leads there."""
    if element is None or not path:
        return element
    for one in element.iterchildren(f"{{*}}{path[0]}"):
        found = child(one, *path[1:])
        if found is not None:
            return found
    return None


def every(element: Element | None, *path: str) -> Iterator[Element]:
    """All elements down a path of local names."""
    if element is None:
        return
    if not path:
        yield element
        return
    for one in element.iterchildren(f"{{*}}{path[0]}"):
        yield from every(one, *path[1:])


def anywhere(element: Element | None, *names: str) -> Iterator[Element]:
    """Descendants (and the element itself) with one of the local names, in document order."""
    if element is not None:
        yield from element.iter(*(f"{{*}}{name}" for name in names))


def first(element: Element | None, *names: str) -> Element | None:
    """The first of `anywhere`."""
    return next(anywhere(element, *names), None)


def words(element: Element | None) -> str | None:
    """The element's own text, without the blanks around it."""
    return text(element.text) if element is not None and element.text else None


def said(element: Element | None, *path: str) -> str | None:
    """The text of an ISO property: of its CharacterString, Anchor, code, date or number, or its own (some write it bare).

    A code list's element may be empty: its `codeListValue` then counts. Free text in other languages only when there is no other.
    """
    for one in every(element, *path):
        found = _value(one)
        if found:
            return found
    return None


def _value(element: Element) -> str | None:
    other = None
    for inner in element:
        name = local(inner)
        if name == "PT_FreeText":
            other = other or next((found for part in anywhere(inner, "LocalisedCharacterString") if (found := words(part))), None)
            continue
        found = words(inner) or text(inner.get("codeListValue"))
        if found:
            return found[:_MAX_TEXT]
    own = words(element) or other
    return own[:_MAX_TEXT] if own else None


def code(element: Element | None, *path: str) -> str | None:
    """As `said`, but of a code list's element the `codeListValue` before its text, which may be translated."""
    for one in every(element, *path):
        for inner in one:
            found = text(inner.get("codeListValue")) or words(inner)
            if found:
                return found.rpartition("#")[2][:100]
    return said(element, *path)


def attribute(element: Element | None, name: str) -> str | None:
    """The attribute of that local name, whatever its namespace (`xlink:href`, `href`)."""
    if element is None:
        return None
    plain = element.get(name)
    if plain is None:
        plain = next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), None)
    return text(plain)

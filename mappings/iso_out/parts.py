"""The small parts that ISO 19139 is made of: texts, codes, dates, parties, addresses."""

from mappings.iso_out.writing import Element, address, element
from mappings.words import Text

_CODES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"


def string(tag: str, text: str | None) -> Element | None:
    """A property with a text; None without one."""
    return element(tag, element("gco:CharacterString", text)) if text else None


def anchor(tag: str, text: str, href: str | None) -> Element:
    """A property with a text that leads somewhere, where that is an address."""
    return element(tag, _linked(text, href))


def _linked(text: str, href: str | None) -> Element:
    found = address(href)
    return element("gmx:Anchor", text, xlink_href=found) if found else element("gco:CharacterString", text)


def bilingual(tag: str, text: Text, locale: str, href: str | None = None) -> Element:
    """A property in French, with the English beside it; `locale` is the id of the record's English locale."""
    other = element("gmd:LocalisedCharacterString", text.en, locale=f"#{locale}")
    return element(
        tag, _linked(text.fr, href), element("gmd:PT_FreeText", element("gmd:textGroup", other)), xsi_type="gmd:PT_FreeText_PropertyType"
    )


def code(tag: str, kind: str, value: str) -> Element:
    """A property with a value of a code list."""
    return element(tag, element(f"gmd:{kind}", value, codeList=f"{_CODES}#{kind}", codeListValue=value))


def real(tag: str, value: float) -> Element:
    return element(tag, element("gco:Real", repr(value)))


def nothing(tag: str) -> Element:
    """A property that ISO demands and that there is none of."""
    return element(tag, gco_nilReason="inapplicable")


def date(when: str, kind: str) -> Element:
    """A gmd:date of a citation."""
    return element(
        "gmd:date",
        element("gmd:CI_Date", element("gmd:date", element("gco:DateTime", when)), code("gmd:dateType", "CI_DateTypeCode", kind)),
    )


def online(tag: str, href: str, protocol: str, name: str, *, about: str | None = None, function: str = "information") -> Element:
    """A property with a CI_OnlineResource; `href` is an address (`address`)."""
    return element(
        tag,
        element(
            "gmd:CI_OnlineResource",
            element("gmd:linkage", element("gmd:URL", href)),
            string("gmd:protocol", protocol),
            string("gmd:name", name),
            string("gmd:description", about),
            code("gmd:function", "CI_OnLineFunctionCode", function),
        ),
    )


def party(tag: str, name: str, role: str, *, email: str | None = None, href: str | None = None) -> Element:
    """A property with an organisation."""
    href = address(href)
    mail = element("gmd:CI_Address", string("gmd:electronicMailAddress", email)) if email else None
    contact = element(
        "gmd:CI_Contact",
        element("gmd:address", mail) if mail is not None else None,
        online("gmd:onlineResource", href, "WWW:LINK-1.0-http--link", name) if href else None,
    )
    return element(
        tag,
        element(
            "gmd:CI_ResponsibleParty",
            string("gmd:organisationName", name),
            element("gmd:contactInfo", contact) if email or href else None,
            code("gmd:role", "CI_RoleCode", role),
        ),
    )

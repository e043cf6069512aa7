"""XML schemas that the environment of pycsw brings with it: ISO 19139 as of 2007-04-17, with GML 3.2.1."""

from functools import cache
from typing import Any

from lxml import etree

from tests.support import pycsw

_ISO = "pycsw/plugins/profiles/apiso/schemas/ogc/iso/19139/20070417/gmx/gmx.xsd"


@cache
def iso_schema() -> Any:
    """For gmd:MD_Metadata. Raises PycswError where the environment cannot be made."""
    home = pycsw.python().parents[1]
    [found] = home.glob(f"lib/python*/site-packages/{_ISO}")
    return etree.XMLSchema(etree.parse(str(found), etree.XMLParser(no_network=True)))

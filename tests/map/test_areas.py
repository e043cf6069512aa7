"""Where to search: drawn with a mouse, written with keys, or taken from a file that people have."""

import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy
import pyogrio
import pytest
from playwright.sync_api import FilePayload, Page, expect
from pyproj import Transformer
from shapely import to_wkb, transform
from shapely.geometry import Polygon, box

from tests.map.conftest import Open, settled
from tests.map.small import Box, found_in, place_of

_VIEW = (5.5, 46.5, 2.5)
_ADDRESS = "/map?view=" + "/".join(map(str, _VIEW))
_SQUARE: Box = (2.2, 44.9, 5.2, 46.1)
_TRIANGLE = ((3.1, 44.6), (6.2, 44.6), (4.6, 47.2))


def count(page: Page) -> int:
    settled(page)
    return int(re.sub(r"\D", "", page.locator("#results h2").inner_text()) or 0)


def drawn(page: Page, button: str, *corners: tuple[float, float]) -> None:
    """Draws with the mouse: a click at each corner."""
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_function("() => document.querySelector('.maplibregl-canvas')?.style.cursor === 'crosshair'")
    for lon, lat in corners:
        x, y = place_of(page, _VIEW, lon, lat)
        page.mouse.move(x, y, steps=4)
        page.mouse.click(x, y, delay=20)


def box_in(page: Page) -> Box:
    """The box in the address."""
    west, south, east, north = map(float, parse_qs(urlsplit(page.url).query)["bbox"][0].split(","))
    return west, south, east, north


def test_a_rectangle_is_drawn_by_two_clicks(opened: Open, small: str) -> None:
    visit = opened(_ADDRESS, base=small)
    page = visit.page
    settled(page)
    west, south, east, north = _SQUARE
    drawn(page, "Rectangle", (west, north), (east, south))
    expect(page.locator(".area-set")).to_contain_text("Rectangle")
    assert count(page) == found_in(box(*box_in(page)))
    assert box_in(page) == pytest.approx(_SQUARE, abs=0.05)
    visit.keep("drawn-rectangle")
    page.get_by_role("button", name="Enlever", exact=True).click()
    assert count(page) == found_in() + 1


def test_a_polygon_is_drawn_by_its_corners_and_the_last_one_again(opened: Open, small: str) -> None:
    visit = opened(_ADDRESS, base=small)
    page = visit.page
    settled(page)
    with page.expect_request(lambda request: request.url.endswith("/search") and "intersects" in (request.post_data or "")) as asked:
        drawn(page, "Polygone", *_TRIANGLE, _TRIANGLE[-1])
    expect(page.locator(".area-set")).to_contain_text("Zone dessinée")
    area = Polygon(json.loads(asked.value.post_data or "")["intersects"]["coordinates"][0])
    assert area.symmetric_difference(Polygon(_TRIANGLE)).area < 0.05 * area.area
    assert 0 < count(page) == found_in(area) < found_in(box(*area.bounds))
    visit.keep("drawn-polygon")


def test_drawing_is_given_up_with_escape(opened: Open, small: str) -> None:
    page = opened(_ADDRESS, base=small).page
    settled(page)
    drawn(page, "Rectangle", (0, 45))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Rectangle", exact=True)).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".area-set")).to_have_count(0)


def test_a_box_is_written_with_the_keyboard_alone(opened: Open, small: str) -> None:
    page = opened(base=small).page
    settled(page)
    page.get_by_role("button", name="Coordonnées").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Ouest").focus()
    for value in ("2,2", "46.1", "5.2", "44.9"):
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Quatre nombres en degrés")
    for name, value in (("Sud", "44.9"), ("Nord", "46.1")):
        page.get_by_label(name).fill(value)
    page.keyboard.press("Enter")
    expect(page.locator(".area-set")).to_be_visible()
    assert box_in(page) == _SQUARE
    assert count(page) == found_in(box(*_SQUARE))


def _geojson() -> bytes:
    west, south, east, north = _SQUARE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [2, 45]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature, point]}).encode()


def _kml() -> bytes:
    west, south, east, north = _SQUARE
    ring = f"{west},{south},0 {east},{south},0 {east},{north},0 {west},{north},0 {west},{south},0"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Zone</name><Polygon>'
        f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
    ).encode()


def _shapefile(folder: Path) -> bytes:
    """As a geographic information system writes it: in Lambert 93, with its .prj beside it."""
    lambert = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
    metric = transform(box(*_SQUARE).segmentize(0.05), lambert.transform, interleaved=False)
    shapes, names = numpy.array([to_wkb(metric)], dtype=object), numpy.array(["zone"], dtype=object)
    pyogrio.raw.write(folder / "zone.shp", shapes, [names], ["name"], geometry_type="Polygon", crs="EPSG:2154", driver="ESRI Shapefile")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for path in sorted(folder.glob("zone.*")):
            files.write(path, f"data/{path.name}")
    return packed.getvalue()


@pytest.mark.parametrize("name", ["zone.geojson", "zone.kml", "zone.zip"])
def test_an_area_is_taken_from_a_file(opened: Open, small: str, tmp_path: Path, name: str) -> None:
    made = {"zone.geojson": _geojson, "zone.kml": _kml, "zone.zip": lambda: _shapefile(tmp_path)}[name]()
    page = opened(base=small).page
    settled(page)
    given(page, name, made)
    expect(page.locator(".area-set")).to_contain_text("zone")
    expect(page.get_by_text("Le fichier a donné 1 surface.")).to_be_visible()
    assert count(page) == found_in(box(*_SQUARE))


_FAULTS = (
    ("zone.txt", b"une zone", "Ce fichier n’est ni un GeoJSON, ni un KML, ni un shapefile dans un .zip."),
    ("zone.kml", b"<kml><Document></kml>", "Ce fichier n’est pas un KML lisible."),
    ("zone.zip", b"PK\x03\x04" + bytes(30), "Ce .zip est abîmé."),
)


def test_a_file_without_an_area_is_told_in_plain_words(opened: Open, small: str) -> None:
    page = opened(base=small).page
    settled(page)
    for name, content, said in _FAULTS:
        given(page, name, content)
        expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.locator(".area-set")).to_have_count(0)


def given(page: Page, name: str, content: bytes) -> None:
    """Chooses a file, as by the window that the button opens."""
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Fichier…").click()
    asked.value.set_files(FilePayload(name=name, mimeType="application/octet-stream", buffer=content))

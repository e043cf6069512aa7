"""What DINAMIS has of purchased Pléiades without a service: an inventory as CSV, and some delivery folders with their DIMAP."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.sax.saxutils import escape

from .clocks import DAY, milli, seconds
from .feeds import Entry
from .places import Ring, bounds, cut
from .scenes import LEAP, Acquisition, Lane
from .world import World

FOLDERS = 20
COLUMNS = (
    "identifiant", "satellite", "date_acquisition", "source_id", "mode", "niveau", "couverture_nuageuse", "angle_incidence",
    "azimut_solaire", "elevation_solaire", "resolution_m", "reference_commande", "date_versement", "emprise_wkt",
)  # fmt: skip


def _order(scene: Acquisition) -> str:
    return f"SO{18 + scene.number % 7}{scene.number % 1_000_000:06d}"


def wkt(ring: Ring) -> str:
    """POLYGON, or MULTIPOLYGON where the antimeridian cuts the ring."""
    parts = [f"(({', '.join(f'{lon:.7f} {lat:.7f}' for lon, lat in part)}))" for part in cut(ring)]
    return f"POLYGON {parts[0]}" if len(parts) == 1 else f"MULTIPOLYGON ({', '.join(parts)})"


def _row(world: World, scene: Acquisition, entry: Entry) -> tuple[object, ...]:
    instant, bits = scene.instant - LEAP, scene.bits
    return (
        world.held_id(Lane.HELD_PHR, scene),
        f"Pléiades {scene.platform[3:]}",
        milli(instant),
        scene.product_id,
        scene.strip.split("_")[1],
        "SENSOR",
        world.cloud(Lane.HELD_PHR, entry.number, entry.generation),
        round((bits & 0xFFF) / 0x1000 * 30, 2),
        round(140 + (bits >> 12 & 0xFF) / 8, 2),
        round(20 + (bits >> 20 & 0xFF) / 6, 2),
        0.5,
        _order(scene),
        seconds(entry.updated)[:10],
        wkt(scene.ring),
    )


def _vertices(ring: Ring) -> str:
    return "".join(f"<Vertex><LON>{lon:.8f}</LON><LAT>{lat:.8f}</LAT><COL>1</COL><ROW>1</ROW></Vertex>" for lon, lat in ring[:-1])


def _angles(scene: Acquisition) -> str:
    bits = scene.bits
    across, along = (bits >> 4 & 0xFFF) / 0x1000 * 40 - 20, (bits >> 16 & 0xFFF) / 0x1000 * 20 - 10
    return (
        '<Acquisition_Angles><AZIMUTH_ANGLE unit="deg">180.03</AZIMUTH_ANGLE>'
        f'<VIEWING_ANGLE_ACROSS_TRACK unit="deg">{across * 0.9:.6f}</VIEWING_ANGLE_ACROSS_TRACK>'
        f'<VIEWING_ANGLE_ALONG_TRACK unit="deg">{along * 0.9:.6f}</VIEWING_ANGLE_ALONG_TRACK>'
        f'<INCIDENCE_ANGLE unit="deg">{(across**2 + along**2) ** 0.5:.6f}</INCIDENCE_ANGLE>'
        f'<INCIDENCE_ANGLE_ALONG_TRACK unit="deg">{along:.6f}</INCIDENCE_ANGLE_ALONG_TRACK>'
        f'<INCIDENCE_ANGLE_ACROSS_TRACK unit="deg">{across:.6f}</INCIDENCE_ANGLE_ACROSS_TRACK></Acquisition_Angles>'
        f'<Solar_Incidences><SUN_AZIMUTH unit="deg">{140 + (bits >> 12 & 0xFF) / 8:.6f}</SUN_AZIMUTH>'
        f'<SUN_ELEVATION unit="deg">{20 + (bits >> 20 & 0xFF) / 6:.6f}</SUN_ELEVATION></Solar_Incidences>'
    )


def dimap(world: World, scene: Acquisition, entry: Entry) -> str:
    """A small DIMAP V2 document of the multispectral part of a product."""
    name, instant = world.held_id(Lane.HELD_PHR, scene), scene.instant - LEAP
    date, clock = milli(instant)[:10], f"{milli(instant)[11:21]}Z"
    west, south, east, north = bounds(scene.ring)
    facility = (
        '<Production_Facility><SOFTWARE version="V2.6">DRS-MM</SOFTWARE><PROCESSING_CENTER>FCMUGC</PROCESSING_CENTER></Production_Facility>'
    )
    cloud = world.cloud(Lane.HELD_PHR, entry.number, entry.generation)
    parts = (
        '<Metadata_Identification><METADATA_FORMAT version="2.15">DIMAP</METADATA_FORMAT>'
        "<METADATA_PROFILE>PHR_SENSOR</METADATA_PROFILE><METADATA_SUBPROFILE>PRODUCT</METADATA_SUBPROFILE>"
        "<METADATA_LANGUAGE>en</METADATA_LANGUAGE></Metadata_Identification>",
        f"<Dataset_Identification><DATASET_TYPE>RASTER_SENSOR</DATASET_TYPE><DATASET_NAME>{escape(name)}</DATASET_NAME>"
        "</Dataset_Identification>",
        f'<Dataset_Content><CLOUD_COVERAGE unit="percent">{cloud}</CLOUD_COVERAGE><SNOW_COVERAGE unit="percent">0</SNOW_COVERAGE>'
        f"<Dataset_Extent><EXTENT_TYPE>Bounding_Polygon</EXTENT_TYPE>{_vertices(scene.ring)}"
        f"<Center><LON>{scene.centre.lon:.8f}</LON><LAT>{scene.centre.lat:.8f}</LAT></Center></Dataset_Extent></Dataset_Content>",
        f"<Product_Information><Delivery_Identification><PRODUCTION_DATE>{milli(scene.instant + 2 * DAY)}</PRODUCTION_DATE>"
        f"<JOB_ID>{name.split('_SEN_')[1]}</JOB_ID><Order_Identification><COMMERCIAL_REFERENCE>{_order(scene)}</COMMERCIAL_REFERENCE>"
        "</Order_Identification></Delivery_Identification></Product_Information>",
        f"<Processing_Information>{facility}<Product_Settings><PROCESSING_LEVEL>SENSOR</PROCESSING_LEVEL>"
        "<SPECTRAL_PROCESSING>MS</SPECTRAL_PROCESSING></Product_Settings></Processing_Information>",
        f"<Production><PRODUCTION_INFO>{facility}</PRODUCTION_INFO></Production>",
        "<Raster_Data><Raster_Dimensions><NROWS>1</NROWS><NCOLS>1</NCOLS><NBANDS>4</NBANDS></Raster_Dimensions></Raster_Data>",
        "<Geometric_Data><Use_Area><Located_Geometric_Values><LOCATION_TYPE>Center</LOCATION_TYPE>"
        f"<TIME>{milli(instant)}</TIME><LON>{(west + east) / 2:.8f}</LON><LAT>{(south + north) / 2:.8f}</LAT>{_angles(scene)}"
        "<Ground_Sample_Distance><GSD_ACROSS_TRACK>2.1</GSD_ACROSS_TRACK><GSD_ALONG_TRACK>2.0</GSD_ALONG_TRACK></Ground_Sample_Distance>"
        "</Located_Geometric_Values></Use_Area></Geometric_Data>",
        f"<Dataset_Sources><Source_Identification><SOURCE_ID>{scene.product_id}</SOURCE_ID><SOURCE_TYPE>Strip_Source</SOURCE_TYPE>"
        f"<Strip_Source><MISSION>PHR</MISSION><MISSION_INDEX>{scene.platform[3:]}</MISSION_INDEX><INSTRUMENT>PHR</INSTRUMENT>"
        f"<IMAGING_DATE>{date}</IMAGING_DATE><IMAGING_TIME>{clock}</IMAGING_TIME><BAND_MODE>PX</BAND_MODE></Strip_Source>"
        "</Source_Identification></Dataset_Sources>",
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Dimap_Document>{"".join(parts)}</Dimap_Document>\n'


def _deliver(world: World, scene: Acquisition, entry: Entry, folder: Path) -> None:
    name = world.held_id(Lane.HELD_PHR, scene)
    image = folder / f"{_order(scene)}-1-01_{scene.product_id}" / f"PROD_{scene.platform}_001" / f"VOL_{scene.platform}_001_A"
    image = image / f"IMG_{scene.platform}_MS_001"
    image.mkdir(parents=True, exist_ok=True)
    (image / f"DIM_{name}.XML").write_text(dimap(world, scene, entry), encoding="utf-8")
    # The image itself is what an archive keeps; here only its name matters.
    (image / f"IMG_{name}_R1C1.JP2").write_bytes(b"")


def write_deliveries(world: World, folder: Path) -> dict[str, int]:
    """Every purchased Pléiades product once: up to 20 as delivery folders, the rest in `inventory.csv`; returns how many of each."""
    folder.mkdir(parents=True, exist_ok=True)
    feed, delivered = world.feeds[Lane.HELD_PHR], 0
    every = max(feed.size // FOLDERS, 2)
    with (folder / "inventory.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(COLUMNS)
        for index in range(feed.size):
            entry = feed.at(feed.find(index) or 0)
            scene = world.acquisition(Lane.HELD_PHR, index)
            if index % every == 1 and delivered < FOLDERS:
                delivered += 1
                _deliver(world, scene, entry, folder)
            else:
                rows.writerow(_row(world, scene, entry))
    return {"inventory": feed.size - delivered, "folders": delivered}

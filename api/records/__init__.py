"""The catalogue as OGC API - Records, Part 1 (OGC 20-004r1), at /ogc: for GeoNetwork, QGIS and other clients of OGC's catalogues."""

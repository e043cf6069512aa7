"""GeoParquet as the stac-geoparquet specification has it (1.0.0), written with pyarrow."""

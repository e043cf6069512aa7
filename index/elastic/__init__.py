"""The Index on an Elasticsearch cluster."""

from index.elastic.cluster import ElasticIndex

__all__ = ["ElasticIndex"]

"""The launcher of the tests' Elasticsearch node: see tests/support/elasticsearch.py."""

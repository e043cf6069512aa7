"""Items in, queries out, and the state of the harvests, in one store: SQLite (default) or Elasticsearch."""

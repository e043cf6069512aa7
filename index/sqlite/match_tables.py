"""The tables of matching, and of facts by source: what the third version of the file brought."""

TABLES = """
CREATE TABLE facts_of_sources (fact INTEGER PRIMARY KEY, source TEXT NOT NULL, availability TEXT NOT NULL, licence TEXT NOT NULL);
-- The source with the most Items of a fact keeps its number, so that few rows change.
INSERT INTO facts_of_sources SELECT CASE WHEN rank = 1 THEN fact END, source, availability, licence FROM (
    SELECT fact, source, row_number() OVER (PARTITION BY fact ORDER BY number DESC, source) AS rank FROM (
        SELECT fact, source, count(*) AS number FROM (SELECT fact, source FROM items UNION ALL SELECT fact, source FROM tombstones)
        GROUP BY fact, source)
    ) JOIN facts USING (fact) ORDER BY rank;
DROP INDEX items_order;
DROP INDEX items_collection;
UPDATE items SET fact = own.fact FROM facts AS old JOIN facts_of_sources AS own USING (availability, licence)
    WHERE old.fact = items.fact AND own.source = items.source AND own.fact <> old.fact;
UPDATE tombstones SET fact = own.fact FROM facts AS old JOIN facts_of_sources AS own USING (availability, licence)
    WHERE old.fact = tombstones.fact AND own.source = tombstones.source AND own.fact <> old.fact;
DROP TABLE facts;
ALTER TABLE facts_of_sources RENAME TO facts;
CREATE UNIQUE INDEX facts_triple ON facts (source, availability, licence);
-- The few different sets of copies that come before an Item: a JSON list of (collection, source, availability, licence), ascending.
CREATE TABLE betters (better INTEGER PRIMARY KEY, copies TEXT NOT NULL UNIQUE);
-- NULL: no copy comes before it.
ALTER TABLE items ADD COLUMN better INTEGER REFERENCES betters;
CREATE INDEX items_order ON items (place, id, collection, begins, ends, fact, better, west, south, east, north);
CREATE INDEX items_collection ON items (collection, place, id, begins, ends, fact, better, west, south, east, north);
CREATE TABLE scenes (
    scene INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    side TEXT NOT NULL,
    platform TEXT NOT NULL,
    instants TEXT NOT NULL,
    names TEXT NOT NULL,
    facts TEXT NOT NULL,
    wkb BLOB,
    UNIQUE (id, collection)
);
CREATE TABLE scene_instants (
    side TEXT NOT NULL,
    platform TEXT NOT NULL,
    instant INTEGER NOT NULL,
    scene INTEGER NOT NULL,
    PRIMARY KEY (side, platform, instant, scene)
) WITHOUT ROWID;
CREATE TABLE scene_names (
    side TEXT NOT NULL,
    name TEXT NOT NULL,
    scene INTEGER NOT NULL,
    PRIMARY KEY (side, name, scene)
) WITHOUT ROWID;
CREATE TABLE matches (
    id TEXT NOT NULL,
    collection TEXT NOT NULL,
    held_id TEXT NOT NULL,
    held_collection TEXT NOT NULL,
    method TEXT NOT NULL,
    score REAL NOT NULL,
    coverage REAL NOT NULL,
    candidate INTEGER NOT NULL,
    PRIMARY KEY (id, collection, held_id, held_collection)
) WITHOUT ROWID;
CREATE INDEX matches_held ON matches (held_id, held_collection);
-- `matched` is the change number up to which all is matched; `betters` counts the batches that changed what comes before an Item.
INSERT INTO meta VALUES ('matched', 0), ('betters', 0);
"""

"""How much an SQLite file holds."""

import sqlite3
from pathlib import Path

from index.stats import Part, Stats

# Those of virtual tables are shadows, which table_list tells apart from ours.
_TABLES = """
SELECT name FROM pragma_table_list
WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
"""


def stats(db: sqlite3.Connection, path: Path) -> Stats:
    """Counts of every table, each of which is walked: seconds with millions of Items."""
    tables = [name for (name,) in db.execute(_TABLES).fetchall()]
    counted = {name: int(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in tables}
    items = db.execute("SELECT collection, count(*) FROM items GROUP BY collection ORDER BY collection").fetchall()
    return Stats(
        version=int(db.execute("PRAGMA user_version").fetchone()[0]),
        bytes=_size(path),
        items=dict(items),
        records=counted["records"],
        quarantined=counted["quarantine"],
        removed=counted["deleted"],
        changes=counted["items"] + counted["tombstones"],
        parts=[Part(name, count) for name, count in counted.items()],
    )


def _size(path: Path) -> int:
    """The file with the log that is not yet copied into it."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())

"""The operator's licence file: rows in place of those of the table that comes with Moisson."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mappings.licences import Licence, Table, licences, read_table
from moisson.sections.base import ConfigError, read_toml


def load_table(path: Path) -> Table:
    """The table with the file's rows. Raises ConfigError, one line that names the row and the field."""
    rows = read_toml(path)
    for name, row in rows.items():
        _check(path, name, row)
    return read_table(rows, licences())


def _check(path: Path, name: str, row: Any) -> None:
    if not isinstance(row, dict):
        raise ConfigError(f"{path}: {name[:60]}: a table is wanted: [{name[:60]}]")
    if "id" in row:
        raise ConfigError(f"{path}: {name}: id: no such field: the name of the row is its id")
    for number, right in enumerate(row["rights"] if isinstance(row.get("rights"), list) else (), 1):
        users = right.get("for") if isinstance(right, dict) else None
        if not isinstance(users, list) or not all(isinstance(user, str) for user in users):
            raise ConfigError(f'{path}: {name[:60]}: rights {number}: for: a list of classes of users, or ["others"]')
    try:
        Licence.model_validate({"id": name, **row})
    except ValidationError as error:
        # A misspelt field is told before the one that is missing because of it.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        raise ConfigError(f"{path}: {name[:60]}: {_place(first['loc'], row)}: {_said(first)}") from None


def _place(where: tuple[int | str, ...], row: dict[str, Any]) -> str:
    """The field; of a row of rights also whose it is."""
    if len(where) > 1 and where[0] == "rights" and isinstance(where[1], int):
        told = ", ".join(row["rights"][where[1]]["for"])[:80]
        return ".".join((f"rights {where[1] + 1} ({told})", *map(str, where[2:])))
    return ".".join(map(str, where)) or "row"


def _said(error: Any) -> str:
    return "no such field" if error["type"] == "extra_forbidden" else str(error["msg"]).removeprefix("Value error, ")

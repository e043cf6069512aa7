"""Changes of the register of organisations, as operators make them."""

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api.identity.keys import ApiKey
from api.identity.store import KEY, ORGANISATION, Damaged, change, read_all
from index.protocol import Index
from mappings.access.classes import UserClass
from mappings.access.organisation import PUBLIC_BODIES, Organisation
from mappings.licences import Table
from moisson.sections import ConfigError
from moisson.sections.base import read_toml

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_day(option: str, value: str | None) -> date | None:
    """A day as 2026-01-31. Raises ConfigError."""
    if value is None:
        return None
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ConfigError(f"{option}: {value!r} is no day: write it as 2026-01-31")


def parse_class(value: str) -> UserClass:
    """A class that an organisation can have. Raises ConfigError that lists them."""
    names = [str(one) for one in UserClass if one is not UserClass.ANONYMOUS]
    if value not in names:
        raise ConfigError(f"{value!r} is no class of users: {', '.join(names)}")
    return UserClass(value)


def organisations(index: Index) -> Mapping[str, Organisation]:
    """The register by id. Raises ConfigError for an entry that is damaged."""
    try:
        return read_all(index, ORGANISATION, Organisation)
    except Damaged as error:
        raise ConfigError(f"{error}: damaged: write it anew with `moisson orgs import`") from None


def organisation(index: Index, name: str) -> Organisation:
    """One entry. Raises ConfigError with the nearest id."""
    register = organisations(index)
    if name not in register:
        raise ConfigError(f"{name}: no such organisation{_suggest(name, register)}")
    return register[name]


def add_organisation(index: Index, entry: Organisation) -> None:
    """Adds a new entry. Raises ConfigError when the id is taken."""

    def make(before: Organisation | None) -> Organisation:
        if before is not None and before != entry:
            raise ConfigError(f"{entry.id}: already registered as {before.name}: change it with `moisson orgs set`")
        return entry

    _write(index, entry.id, make)


def change_organisation(index: Index, name: str, make: Callable[[dict[str, Any]], dict[str, Any]]) -> Organisation:
    """Makes an entry's document anew from what it is at that moment. Raises ConfigError."""
    organisation(index, name)

    def anew(before: Organisation | None) -> Organisation:
        if before is None:
            raise ConfigError(f"{name}: somebody removed it meanwhile")
        return to_organisation(name, make(before.document()))

    done = _write(index, name, anew)
    assert done is not None
    return done


def remove_organisation(index: Index, name: str) -> None:
    """Removes an entry. Raises ConfigError while keys or contracts name it."""
    organisation(index, name)
    keys = [key.id for key in api_keys(index).values() if key.organisation == name and key.revoked is None]
    if keys:
        raise ConfigError(f"{name}: has API keys, revoke them first: {', '.join(keys)}")
    contractors = [one.id for one in organisations(index).values() if any(contract.client == name for contract in one.contracts)]
    if contractors:
        raise ConfigError(f"{name}: is the client in contracts of {', '.join(contractors)}: remove those first")
    _write(index, name, lambda _: None)


def api_keys(index: Index) -> Mapping[str, ApiKey]:
    """All keys by id. Raises ConfigError for one that is damaged."""
    try:
        return read_all(index, KEY, ApiKey)
    except Damaged as error:
        raise ConfigError(f"{error}: damaged") from None


def revoke_key(index: Index, key_id: str, now: datetime) -> None:
    """Ends a key. Raises ConfigError when there is none such."""

    def ended(key: ApiKey | None) -> ApiKey:
        if key is None:
            raise ConfigError("no such key: `moisson keys list` names them")
        return key if key.revoked else key.model_copy(update={"revoked": now})

    try:
        change(index, KEY, key_id, ApiKey, ended)
    except Damaged as error:
        raise ConfigError(f"{error}: damaged, so that nobody can use it") from None


def import_organisations(index: Index, path: Path, table: Table) -> int:
    """Writes the entries of a TOML file (a table per id), each in place of what is there; how many. All are checked before any is
    written. Raises ConfigError."""
    entries = {name: to_organisation(name, row, f"{path}: ") for name, row in read_toml(path).items()}
    # A damaged entry is among what an import mends: only the ids count here.
    register = {**dict.fromkeys(index.notes(ORGANISATION)), **entries}
    for entry in entries.values():
        for signature in entry.signatures:
            known_licence(table, signature.licence, f"{path}: {entry.id}: ")
        for contract in entry.contracts:
            if contract.client not in register:
                raise ConfigError(f"{path}: {entry.id}: {contract.client}: no such organisation{_suggest(contract.client, register)}")
    for entry in entries.values():
        if not index.write_note(ORGANISATION, entry.id, entry.document(), index.note(ORGANISATION, entry.id)):
            raise ConfigError(f"{entry.id}: somebody else writes it at this moment: import again")
    return len(entries)


def to_organisation(name: str, row: Any, where: str = "") -> Organisation:
    """An entry from its document. Raises ConfigError that names the member."""
    if not isinstance(row, dict):
        raise ConfigError(f"{where}{name}: a table [{name}] with name, class, …")
    # `show` prints what follows from an entry too.
    row = {member: value for member, value in row.items() if member != "today"}
    if "class" in row:
        row["user_class"] = row.pop("class")
    try:
        return Organisation.model_validate({**row, "id": name})
    except ValidationError as error:
        first = error.errors()[0]
        member = ".".join("class" if part == "user_class" else str(part) for part in first["loc"])
        raise ConfigError(f"{where}{name}: {member}: {first['msg'].removeprefix('Value error, ')}") from None


def known_licence(table: Table, name: str, where: str = "") -> None:
    """Raises ConfigError with the nearest id where the table has no such licence."""
    if name not in table:
        raise ConfigError(f"{where}{name}: no such licence{_suggest(name, table) or ': ' + ', '.join(table)}")


def known_client(index: Index, name: str) -> None:
    """Raises ConfigError where a contract with this organisation gives no right."""
    client = organisation(index, name)
    if client.user_class not in PUBLIC_BODIES:
        bodies = ", ".join(sorted(PUBLIC_BODIES))
        raise ConfigError(f"{name}: is {client.user_class}: the client of a contract is a public body ({bodies})")


def _write(index: Index, name: str, make: Callable[[Organisation | None], Organisation | None]) -> Organisation | None:
    try:
        return change(index, ORGANISATION, name, Organisation, make)
    except Damaged as error:
        raise ConfigError(f"{error}: damaged: write it anew with `moisson orgs import`") from None


def _suggest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""

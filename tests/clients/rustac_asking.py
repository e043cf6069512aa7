"""Asks a server with rustac's client, in the Python that has it: {"base", "searches": {name: parameters}, "folder"} on standard input,
what was found on standard output. Only for tests/clients/test_rustac.py."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import rustac


async def _ask(base: str, searches: dict[str, dict[str, Any]], folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, asked in searches.items():
        try:
            found[name] = [_told(item) for item in await rustac.search(base, **asked)]
        except rustac.RustacError as error:
            found[name] = str(error)
    target = folder / "found.json"
    count = await rustac.search_to(str(target), base, limit=30)
    found["written"] = [_told(item) for item in json.loads(target.read_text(encoding="utf-8"))["features"]]
    found["iterated"] = await _iterated(base, count)
    return found


def _told(item: dict[str, Any]) -> dict[str, Any]:
    """Which Item it is, when, and what it has."""
    properties = item["properties"]
    time = {"datetime": properties.get("datetime")}
    return {"collection": item["collection"], "id": item["id"], "members": list(item), "properties": list(properties), **time}


async def _iterated(base: str, count: int) -> list[dict[str, Any]]:
    """The first `count` Items: whatever the server, its iterator goes on for ever with the last page (0.9.18)."""
    items: list[dict[str, Any]] = []
    async for item in await rustac.iter_search(base, limit=30):
        items.append(_told(item))
        if len(items) == count:
            break
    return items


def main() -> None:
    asked = json.load(sys.stdin)
    json.dump(asyncio.run(_ask(asked["base"], asked["searches"], Path(asked["folder"]))), sys.stdout)


if __name__ == "__main__":
    main()

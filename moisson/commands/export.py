"""moisson export: every Item of a search as a file, or as a static catalogue in a folder."""

import os
import shutil
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import mkdtemp, mkstemp
from typing import Annotated, BinaryIO

import pystac
import typer

from api.catalogue.landing import DESCRIPTION
from api.collections import Described, collection_document
from api.exports.formats import FORMATS
from api.exports.portions import Portion, portions
from api.exports.told import Told
from api.exports.tree import MANY, Tree, write_tree
from api.filtering import refusal
from api.params import SearchParams
from index.filters.nodes import FilterError
from index.protocol import Index
from index.query import Query, Sort
from mappings.access.classes import UserClass
from mappings.queryables import FIELDS
from moisson.build import open_index
from moisson.commands.conditions import (
    Accessible,
    As,
    Asking,
    Bbox,
    Collapse,
    Collections,
    Exclude,
    Filter,
    Ids,
    Intersects,
    Sortby,
    When,
    Words,
)
from moisson.commands.options import Config, utc_now
from moisson.memory import spare_the_collector
from moisson.sections import ConfigError
from moisson.sections.delivered import delivered_infos
from moisson.settings import Settings, load_settings

_STDOUT = Path("-")
# The order in which a catalogue is written: one Collection, one year after the other.
_IN_ORDER = (Sort(FIELDS["collection"]), Sort(FIELDS["datetime"]))


class Form(StrEnum):
    """Kinds of files, and the one of folders."""

    GEOJSON = "geojson"
    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"
    GPKG = "gpkg"
    CATALOGUE = "catalogue"


def export(
    form: Annotated[Form, typer.Option("--format", help="The kind of file; catalogue: a static STAC catalogue in a folder")],
    out: Annotated[Path, typer.Option(help="The file, or - for standard output; for a catalogue a folder that is not there yet")],
    bbox: Bbox = None,
    intersects: Intersects = None,
    when: When = None,
    collections: Collections = None,
    ids: Ids = None,
    filter_: Filter = None,
    q: Words = None,
    sortby: Sortby = None,
    exclude_airbus: Exclude = False,
    accessible: Accessible = None,
    collapse: Collapse = False,
    user_class: As = UserClass.OPERATOR,
    config: Config = None,
) -> None:
    """Writes every Item that matches, as somebody of the class of --as sees it. The file has its name once it is whole."""
    params = SearchParams(
        collections=collections,
        ids=ids,
        bbox=bbox,
        intersects=intersects,
        datetime=when,
        filter=filter_,
        q=q,
        sortby=sortby,
        exclude_airbus=exclude_airbus,
        accessible=accessible,
        collapse=collapse,
    )
    settings = load_settings(config)
    spare_the_collector()
    asking = Asking.of(settings, user_class)
    with open_index(settings) as index:
        query = asking.query(params, index)
        if form is Form.CATALOGUE:
            _write_catalogue(settings, asking, index, query, out)
        else:
            _write_file(settings, asking, index, query, str(form), out)


def _write_file(settings: Settings, asking: Asking, index: Index, query: Query, form: str, out: Path) -> None:
    with _found(asking, index, query) as found, _opened(out) as file, closing(FORMATS[form].encode(found, _told(settings))) as parts:
        for part in parts:
            file.write(part)


def _write_catalogue(settings: Settings, asking: Asking, index: Index, query: Query, out: Path) -> None:
    if query.sort:
        raise ConfigError("--sortby: a catalogue has an order of its own")
    summaries = index.summaries(query)
    infos, table, licence = Described(delivered_infos(settings.sources)), asking.access.policy.table, _told(settings).licence

    def collection(name: str, number: int) -> dict[str, object]:
        return collection_document(infos.info(name), replace(summaries[name], count=number), asking.base, table, "fr")

    tree = Tree(
        root=pystac.Catalog("moisson", DESCRIPTION.in_("fr"), title=settings.api.title),
        licences=(licence.link(),) if licence else (),
        collection=collection,
        is_large=lambda name: summaries[name].count > MANY,
    )
    with _found(asking, index, replace(query, sort=_IN_ORDER)) as found, _made(out) as folder:
        write_tree(found, tree, folder)


@contextmanager
def _found(asking: Asking, index: Index, query: Query) -> Iterator[Generator[Portion, None, None]]:
    with closing(index.export(query)) as items:
        try:
            yield portions(items, partial(asking.sight, index))
        except FilterError as error:
            raise refusal(error) from None


def _told(settings: Settings) -> Told:
    licence = settings.metadata_licence
    return Told(settings.api.base(), utc_now(), licence.licence() if licence else None)


@contextmanager
def _opened(out: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when the block has ended well, and is gone otherwise."""
    if out == _STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        number, name = mkstemp(prefix=f".{out.name}-", suffix=".part", dir=out.parent)
    except OSError as error:
        raise ConfigError(f"--out: {out}: {error.strerror}") from None
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        part.chmod(0o666 & ~_umask())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _made(out: Path) -> Iterator[Path]:
    """A folder that gets its name when the block has ended well, and is gone otherwise."""
    if out == _STDOUT or out.exists():
        raise ConfigError(f"--out: {out}: a catalogue needs a folder that is not there yet")
    try:
        part = Path(mkdtemp(prefix=f".{out.name}-", suffix=".part", dir=out.parent))
    except OSError as error:
        raise ConfigError(f"--out: {out}: {error.strerror}") from None
    try:
        yield part
        part.chmod(0o777 & ~_umask())
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _umask() -> int:
    """What new files are made without: it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

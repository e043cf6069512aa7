"""What the tests of catalogue sources share: spans that recall, and a world that changes while it is read."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import count

from harvesters.errors import HarvestError
from harvesters.source import Page, Source, Span
from mappings.watermark import Watermark
from tests.harvesters.support import Harvest


def recalling(
    mark: datetime | None = None,
    words: Mapping[str, str] | None = None,
    kept: Callable[[Sequence[str]], Collection[str]] | None = None,
    until: datetime | None = None,
) -> Span:
    """A span of any stream with a watermark and what the last run remembered."""
    given = words or {}
    return Span(lambda stream: Watermark(mark) if mark else None, until, given.get, kept)


def remembered(harvest: Harvest) -> dict[str, str]:
    """What a run leaves for the next."""
    return {name: word for page in harvest.pages for name, word in page.remember.items()}


def run_while(source: Source, span: Span, change: Callable[[int], None]) -> Harvest:
    """All pages of a source; after each, `change` is told how many there were."""
    harvest = Harvest()
    try:
        for number, page in zip(count(1), source.harvest(span), strict=False):
            harvest.pages.append(page)
            change(number)
    except HarvestError as error:
        harvest.error = error
    return harvest


def closed(harvest: Harvest) -> list[Page]:
    """The pages that say that all was given."""
    return [page for page in harvest.pages if page.closed is not None]

"""API keys: what is printed once, what is kept of it, and whether one holds."""

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mappings.access.organisation import Day, Slug, Text

PREFIX = "moi_"
_FORM = re.compile(r"moi_([0-9a-f]{16})_([a-z2-7]{52})", re.ASCII)
_LAST_USE = timedelta(hours=1)
# Compared with where there is no key, so that an unknown id takes as long as a wrong secret.
_NO_HASH = "0" * 64


class ApiKey(BaseModel):
    """What is kept of a key: never the key itself. `id` is the part of it that may be shown; it holds until the end of the day `until`
    (UTC) and until it is revoked. `used` is within an hour of its last use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    organisation: Slug
    person: Text | None = None
    created: AwareDatetime
    until: Day | None = None
    hash: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    used: AwareDatetime | None = None
    revoked: AwareDatetime | None = None

    def holds(self, today: date) -> bool:
        """Whether it is neither revoked nor over."""
        return self.revoked is None and (self.until is None or today <= self.until)

    def is_idle(self, now: datetime) -> bool:
        """Whether a use now is worth writing down."""
        return self.used is None or now - self.used >= _LAST_USE

    def used_at(self, now: datetime) -> Self:
        """This key, used now."""
        return self.model_copy(update={"used": now.astimezone(UTC)})


def new_key(
    organisation: str, person: str | None, until: date | None, now: datetime, random: Callable[[int], bytes] = secrets.token_bytes
) -> tuple[str, ApiKey]:
    """A key, and what is kept of it. Raises pydantic's ValidationError for a name that is none."""
    public = random(8).hex()
    secret = base64.b32encode(random(32)).decode().rstrip("=").lower()
    text = f"{PREFIX}{public}_{secret}"
    kept = ApiKey(id=public, organisation=organisation, person=person, created=now.astimezone(UTC), until=until, hash=_hash(text))
    return text, kept


def check_key(text: str, keys: Mapping[str, ApiKey], now: datetime) -> ApiKey | None:
    """The key that this text is, when it holds. Whatever is wrong costs the same: one hash, one comparison in constant time."""
    form = _FORM.fullmatch(text)
    kept = keys.get(form[1]) if form else None
    is_right = hmac.compare_digest(_hash(text), kept.hash if kept else _NO_HASH)
    return kept if kept and is_right and kept.holds(now.astimezone(UTC).date()) else None


def _hash(text: str) -> str:
    # 256 random bits cannot be guessed, however fast the hash; a slow one would only make requests with wrong keys expensive for us.
    return blake2b(text.encode(errors="replace"), digest_size=32, person=b"moisson key").hexdigest()

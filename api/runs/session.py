"""Sessions: an operator who signed in with a key, known again by a cookie for an hour. The state keeps hashes of the cookies only."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from hmac import compare_digest

from api.access import Keys
from index.harvests.notes import change_note
from index.protocol import Index
from mappings.access.asker import Asker
from mappings.times import format_time, parse_time

SESSION = "session"
"""Kind of the notes by a hash of the cookie: the key's id, and until when."""
LIFE = timedelta(hours=1)
_LONGEST = 100


@dataclass(frozen=True)
class Session:
    """Somebody signed in; `cookie` is as secret as a key."""

    asker: Asker
    cookie: str = field(repr=False)

    @property
    def token(self) -> str:
        """What every form of this session sends back: it tells nothing of the cookie, and no other session has it."""
        return blake2b(self.cookie.encode(), digest_size=32, person=b"moisson form").hexdigest()

    def has_sent(self, token: str) -> bool:
        """Whether a form with this token is of this session."""
        return compare_digest(self.token.encode(), token.encode(errors="replace"))


@dataclass(frozen=True)
class Sessions:
    """The sessions of an index, the same for all servers of it. Every method may raise IndexUnavailable."""

    index: Index
    keys: Keys
    now: Callable[[], datetime]

    def open(self, key_id: str) -> str:
        """A new session of who has this key; its cookie. Sessions that are over are dropped."""
        now = self.now()
        for name, note in self.index.notes(SESSION).items():
            if parse_time(note.value["until"], "until") <= now:
                self.index.write_note(SESSION, name, None, note)
        cookie = secrets.token_urlsafe(32)
        change_note(self.index, SESSION, _name(cookie), lambda _: {"key": key_id, "until": format_time(now + LIFE)})
        return cookie

    def find(self, cookie: str) -> Session | None:
        """The session of a cookie, with the rights that its key gives now; None when it is over, or never was."""
        note = self.index.note(SESSION, _name(cookie)) if 0 < len(cookie) <= _LONGEST else None
        if note is None or parse_time(note.value["until"], "until") <= self.now():
            return None
        asker = self.keys.holder(note.value["key"])
        return Session(asker, cookie) if asker else None

    def close(self, cookie: str) -> None:
        """Whoever has the cookie is not signed in any more."""
        change_note(self.index, SESSION, _name(cookie), lambda _: None)


def _name(cookie: str) -> str:
    # 256 random bits cannot be guessed, however fast the hash.
    return blake2b(cookie.encode(errors="replace"), digest_size=32, person=b"moisson session").hexdigest()

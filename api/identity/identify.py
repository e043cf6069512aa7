"""Who asks: API keys and bearer tokens name organisation and person, the register gives the rights."""

import logging
import threading
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from starlette.requests import Request

from api.access import Keys
from api.errors import Problem, bad
from api.identity.keys import PREFIX, ApiKey, check_key
from api.identity.later import Later, beside
from api.identity.oidc import BadToken, Named, TokenCheck
from api.identity.oidc_http import Send, send
from api.identity.oidc_keys import PAUSE, KeysUnknown, SigningKeys
from api.identity.oidc_settings import OidcSettings
from api.identity.store import KEY, Damaged, Directory, change
from index.protocol import Index, IndexUnavailable
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.organisation import Organisation
from mappings.access.register import to_asker
from mappings.licences import Table, licences

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class IdentitySettings:
    """`oidc`: the sign-in service; None: keys only. `table`: the licences whose signatures count."""

    oidc: OidcSettings | None = None
    table: Table = field(default_factory=licences)


class Identity(Keys, Protocol):
    """Tells who sent a request, and whose a key is."""

    def __call__(self, request: Request, /) -> Asker: ...


def build_identify(
    settings: IdentitySettings, index: Index, now: Callable[[], datetime], *, send: Send = send, later: Later = beside
) -> Identity:
    """Tells who sent a request: of `Authorization: Bearer` (a key or a token), `Basic` (whose password is a key, for clients that know
    nothing else) and `X-API-Key`. What is given and does not hold is a 401, two that contradict each other a 400, a sign-in service that
    does not answer a 503: none is taken for anonymous."""
    oidc = settings.oidc
    check = TokenCheck(oidc, SigningKeys(oidc.issuer, now, send, later), now) if oidc else None
    return _Identity(settings.table, Directory(index, now), check, _LastUse(index, now, later), now)


class _Identity:
    def __init__(
        self, table: Table, directory: Directory, check: TokenCheck | None, last_use: "_LastUse", now: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._directory = directory
        self._check = check
        self._last_use = last_use
        self._now = now

    def __call__(self, request: Request) -> Asker:
        bearer, keys = _given(request)
        of_token = self._of_token(bearer) if bearer is not None else None
        of_keys = [self._of_key(key) for key in keys]
        askers = [asker for asker in (of_token, *of_keys) if asker is not None]
        if len({asker.organisation for asker in askers}) > 1:
            raise bad("X-API-Key", "names another organisation than the other credentials of this request: send one of them")
        return askers[0] if askers else ANONYMOUS

    def present(self, text: str) -> str | None:
        """As Keys.present."""
        key = check_key(text, self._directory.keys(), self._now())
        return key.id if key else None

    def holder(self, key_id: str) -> Asker | None:
        """As Keys.holder."""
        key = self._directory.keys().get(key_id)
        return self._of_kept(key) if key and key.holds(_day(self._now())) else None

    def _of_key(self, text: str) -> Asker:
        key = check_key(text, self._directory.keys(), self._now())
        asker = self._of_kept(key) if key else None
        if asker is None:
            raise _unauthorised("invalid-key", "this API key is wrong, revoked or expired: ask who runs this catalogue for another")
        return asker

    def _of_kept(self, key: ApiKey) -> Asker | None:
        """None when its organisation is not registered any more."""
        organisation = self._directory.organisations().get(key.organisation)
        if organisation is None:
            return None
        self._last_use.note(key)
        return self._asker(organisation, key.person, ())

    def _of_token(self, token: str) -> Asker:
        if self._check is None:
            raise _unauthorised("invalid-token", "this catalogue takes API keys only, no tokens")
        try:
            named = self._check(token)
        except BadToken as error:
            raise _unauthorised("invalid-token", f"this token does not hold ({error}): sign in again") from None
        except KeysUnknown:
            wait = {"Retry-After": str(int(PAUSE.total_seconds()))}
            raise Problem(503, "sign-in-unavailable", "the sign-in service does not answer: try again", headers=wait) from None
        return self._registered(named)

    def _registered(self, named: Named) -> Asker:
        """The rights of the organisation that the token names; where it names none, of the one that has the person on its list."""
        register = self._directory.organisations()
        found = [register[name] for name in named.organisations if name in register]
        if not named.organisations:
            subjects = (named.person, *named.also)
            found = [organisation for organisation in register.values() if organisation.person(subjects)]
        if len(found) == 1:
            return self._asker(found[0], named.person, named.also)
        fr, en = _NONE if not found else _SEVERAL
        return replace(ANONYMOUS, person=named.person, note_fr=fr, note_en=en)

    def _asker(self, organisation: Organisation, person: str | None, also: tuple[str, ...]) -> Asker:
        register: Mapping[str, Organisation] = self._directory.organisations()
        return to_asker(organisation, person, register, _day(self._now()), self._table, also)


_NONE = (
    "Votre organisme n’est pas inscrit au registre de ce catalogue : droits d’un visiteur anonyme",
    "Your organisation is not in this catalogue’s register: rights of an anonymous visitor",
)
_SEVERAL = (
    "Vous appartenez à plusieurs organismes du registre : droits d’un visiteur anonyme, utiliser une clé de l’un d’eux",
    "You belong to several organisations of the register: rights of an anonymous visitor, use a key of one of them",
)


class _LastUse:
    """Writes down at most once an hour that a key was used, beside the request, which never waits for it nor fails by it."""

    def __init__(self, index: Index, now: Callable[[], datetime], later: Later) -> None:
        self._index = index
        self._now = now
        self._later = later
        self._tried: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def note(self, key: ApiKey) -> None:
        now = self._now()
        with self._lock:
            tried = self._tried.get(key.id)
            if not key.is_idle(now) or (tried is not None and now - tried < timedelta(hours=1)):
                return
            self._tried[key.id] = now
        self._later(lambda: self._write(key.id, now))

    def _write(self, key_id: str, now: datetime) -> None:
        def used(kept: ApiKey | None) -> ApiKey | None:
            return kept.used_at(now) if kept and kept.is_idle(now) else kept

        try:
            change(self._index, KEY, key_id, ApiKey, used)
        except (IndexUnavailable, Damaged) as error:
            LOGGER.warning("last use of key %s not written: %s", key_id, error)


def _given(request: Request) -> tuple[str | None, list[str]]:
    """The bearer token and the keys of a request. Raises Problem for headers that are no such thing."""
    token: str | None = None
    keys = request.headers.getlist("x-api-key")
    credentials = request.headers.getlist("authorization")
    if len(credentials) > 1 or len(keys) > 1:
        raise bad("Authorization" if len(credentials) > 1 else "X-API-Key", "given more than once")
    if credentials:
        scheme, _, value = credentials[0].strip().partition(" ")
        value = value.strip()
        if scheme.lower() == "basic":
            value = _password(value)
        elif scheme.lower() != "bearer" or not value:
            raise _unauthorised("invalid-authorization", "Authorization: give Bearer and a token or key")
        if value.startswith(PREFIX):
            keys = list(dict.fromkeys([value, *keys]))
        else:
            token = value
    return token, keys


def _password(credentials: str) -> str:
    """That of Basic credentials (RFC 7617), which must be a key; the user's name says nothing. Raises Problem."""
    try:
        password = b64decode(credentials, validate=True).decode().partition(":")[2]
    except ValueError:
        password = ""
    if not password.startswith(PREFIX):
        raise _unauthorised("invalid-authorization", "Authorization: of Basic the password must be an API key, whatever the user name")
    return password


def _unauthorised(code: str, detail: str) -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()

"""Access: who asks, and what they may find, for every route alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import orjson
from starlette.requests import Request

from api.errors import Problem
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Accessible, Policy
from mappings.audience import Audience

_MOST_FRAGMENTS = 10_000
_MOST_AUDIENCES = 1000

Identify = Callable[[Request], Asker]
"""Who sent a request. Raises Problem 401 for a token or key that is given and does not hold: never taken for anonymous."""


def nobody(_: Request) -> Asker:
    """Everyone is anonymous: an installation without a register."""
    return ANONYMOUS


class Keys(Protocol):
    """API keys, for pages on which somebody signs in with one. Both may raise IndexUnavailable."""

    def present(self, text: str) -> str | None:
        """The id of the key that this text is; None when it does not hold."""

    def holder(self, key_id: str) -> Asker | None:
        """Who has the key with this id, with the rights of today; None when it does not hold any more."""


class NoKeys:
    """Keys of an installation without a register."""

    def present(self, text: str) -> str | None:
        return None

    def holder(self, key_id: str) -> Asker | None:
        return None


@dataclass(frozen=True)
class Access:
    """The rules of this installation, and how it tells who asks."""

    policy: Policy = field(default_factory=Policy)
    identify: Identify = nobody
    keys: Keys = field(default_factory=NoKeys)
    _fragments: dict[tuple[str, frozenset[str], str, str], bytes] = field(default_factory=dict, repr=False, compare=False)
    _audiences: dict[tuple[UserClass, frozenset[str], Accessible | None], Audience] = field(default_factory=dict, repr=False, compare=False)

    def asker(self, request: Request) -> Asker:
        """Who asks, told once a request."""
        found: Asker | None = getattr(request.state, "asker", None)
        if found is None:
            found = request.state.asker = self.identify(request)
        return found

    def audience(self, request: Request, accessible: Accessible | None = None) -> Audience:
        """What may be found by who asks, or what of it they may download; made once for all askers with the same rights. Raises Problem
        401 where nothing may be without signing in."""
        asker = self.asker(request)
        if self.policy.sign_in and asker.user_class is UserClass.ANONYMOUS:
            raise Problem(401, "sign-in-required", "this catalogue is for its members: sign in", headers={"WWW-Authenticate": "Bearer"})
        rights = (asker.user_class, asker.signed, accessible)
        made = self._audiences.get(rights)
        if made is None:
            if len(self._audiences) >= _MOST_AUDIENCES:
                self._audiences.clear()
            made = self.policy.audience(asker)
            made = self._audiences[rights] = self.policy.accessible(made, asker, accessible) if accessible else made
        return made

    def fragment(self, asker: Asker, availability: str, licence: str) -> bytes:
        """`moisson:access` of Items with these facts, as JSON; made once for all askers with the same rights."""
        rights = (asker.user_class, asker.signed, availability, licence)
        made = self._fragments.get(rights)
        if made is None:
            if len(self._fragments) >= _MOST_FRAGMENTS:
                self._fragments.clear()
            decision = self.policy.decide(asker, availability, licence).members()
            made = self._fragments[rights] = orjson.dumps({"audience": asker.user_class, **decision})
        return made

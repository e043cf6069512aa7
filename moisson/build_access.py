"""From settings to what the API needs beside its index: rules, who asks, tariffs, signers, pictures, the map page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from api.access import Access
from api.app import Offer
from api.collections import Described
from api.downloads.signing import open_signers
from api.identity.identify import IdentitySettings, build_identify
from index.protocol import Index
from moisson.pictures import GuardedPictures
from moisson.planned import planned_sources
from moisson.sections import CoveragesSettings
from moisson.sections.delivered import delivered_infos
from moisson.settings import Settings


@contextmanager
def open_offer(settings: Settings, index: Index, now: Callable[[], datetime]) -> Iterator[Offer]:
    """Contacts nobody. Raises ConfigError."""
    section = settings.access
    policy = section.policy()
    oidc = section.oidc.settings() if section.oidc else None
    identify = build_identify(IdentitySettings(oidc, policy.table), index, now)
    with open_signers({name: signer.settings(name) for name, signer in section.signers.items()}) as signers:
        yield Offer(
            access=Access(policy, identify, identify),
            tariffs=section.own_tariffs(),
            practice=section.own_practice(),
            signers=signers,
            oidc=oidc,
            described=Described(delivered_infos(settings.sources)),
            pictures=GuardedPictures(settings.map.private_hosts, settings.map.proxy) if settings.map.previews else None,
            map=settings.map.offer(*(one.wmts_url for one in settings.sources.values() if isinstance(one, CoveragesSettings))),
            now=now,
            sources=planned_sources(settings),
            metadata_licence=settings.metadata_licence.licence() if settings.metadata_licence else None,
            oai=settings.oai.offer(settings.api.public_url),
        )

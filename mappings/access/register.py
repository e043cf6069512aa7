"""The register of organisations: what an entry gives on a day, and why it gives less than its class."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.organisation import PUBLIC_BODIES, Contract, Organisation, Person, Signature, Term
from mappings.licences import Table

__all__ = ["PUBLIC_BODIES", "Contract", "Organisation", "Person", "Signature", "Term", "to_asker"]

_PRIVATE = frozenset({UserClass.COMPANY_RD, UserClass.CONTRACTOR, UserClass.OTHER_PRIVATE})
_WITHOUT_ADHESION = frozenset({UserClass.OTHER_PRIVATE, UserClass.OPERATOR})
"""They are no members of the Dispositif: nothing to adhere to. An adhesion that is written all the same counts."""


def to_asker(
    organisation: Organisation,
    person: str | None,
    clients: Mapping[str, Organisation],
    today: date,
    table: Table,
    also: Collection[str] = (),
) -> Asker:
    """Who asks, with the rights of this day (UTC). `clients` is the register by id; `also` are other names that the person is known by
    and that were checked. What is not in force leaves the rights of an outsider, and the notes say which and since when."""
    lapse = _left(organisation, person, also, today) or _adhesion_lapse(organisation, today)
    client: UserClass | None = None
    if lapse is None and organisation.user_class is UserClass.CONTRACTOR:
        client = _client(organisation, clients, today)
        lapse = _contract_lapse(organisation, clients, today) if client is None else None
    user_class = organisation.user_class
    if lapse is not None:
        user_class = UserClass.OTHER_PRIVATE if user_class in _PRIVATE and not lapse.person else UserClass.ANONYMOUS
    return Asker(
        user_class=user_class,
        signed=frozenset() if lapse else _signed(organisation, today, table),
        organisation=organisation.id,
        organisation_name=organisation.name,
        person=person,
        client=client,
        note_fr=lapse.fr if lapse else None,
        note_en=lapse.en if lapse else None,
    )


@dataclass(frozen=True)
class _Lapse:
    """Why a class is not in force; `person` when it is the person who left."""

    fr: str
    en: str
    person: bool = False


def _left(organisation: Organisation, person: str | None, also: Collection[str], today: date) -> _Lapse | None:
    found = organisation.person([name for name in (person, *also) if name])
    if found is None or found.until is None or today <= found.until:
        return None
    since = _after(found.until)
    return _Lapse(
        f"Cette personne ne fait plus partie de {organisation.name} depuis le {since} : droits d’un visiteur anonyme",
        f"This person has not been with {organisation.name} since {since}: rights of an anonymous visitor",
        person=True,
    )


def _adhesion_lapse(organisation: Organisation, today: date) -> _Lapse | None:
    term, name = organisation.adhesion, organisation.name
    if term is None:
        if organisation.user_class in _WITHOUT_ADHESION:
            return None
        return _Lapse(f"{name} n’a pas d’adhésion enregistrée", f"{name} has no adhesion on record")
    if today < term.start:
        return _Lapse(f"L’adhésion de {name} ne commence que le {term.start}", f"The adhesion of {name} begins on {term.start} only")
    if term.holds(today):
        return None
    assert term.until is not None
    since = _after(term.until)
    return _Lapse(
        f"L’adhésion de {name} n’est plus en vigueur depuis le {since}", f"The adhesion of {name} has not been in force since {since}"
    )


def _client(organisation: Organisation, clients: Mapping[str, Organisation], today: date) -> UserClass | None:
    """The class of the client of the first contract, as registered, that gives rights today."""
    for contract in organisation.contracts:
        client = clients.get(contract.client)
        if contract.holds(today) and client is not None and _gives_rights(client, today):
            return client.user_class
    return None


def _gives_rights(client: Organisation, today: date) -> bool:
    return client.user_class in PUBLIC_BODIES and _adhesion_lapse(client, today) is None


def _contract_lapse(organisation: Organisation, clients: Mapping[str, Organisation], today: date) -> _Lapse:
    name = organisation.name
    for contract in organisation.contracts:
        if contract.holds(today):
            return _client_lapse(contract, clients.get(contract.client), today)
    ended = [contract.until for contract in organisation.contracts if contract.until and contract.until < today]
    if ended:
        since = _after(max(ended))
        return _Lapse(f"{name} n’a plus de contrat en vigueur depuis le {since}", f"{name} has had no contract in force since {since}")
    coming = [contract.start for contract in organisation.contracts]
    if coming:
        begin = min(coming)
        return _Lapse(f"Le contrat de {name} ne commence que le {begin}", f"The contract of {name} begins on {begin} only")
    return _Lapse(f"{name} n’a pas de contrat enregistré avec un organisme public", f"{name} has no contract with a public body on record")


def _client_lapse(contract: Contract, client: Organisation | None, today: date) -> _Lapse:
    if client is None:
        return _Lapse(
            f"Le client du contrat, {contract.client}, n’est pas enregistré", f"The contract’s client, {contract.client}, is not registered"
        )
    if client.user_class not in PUBLIC_BODIES:
        return _Lapse(
            f"Le client du contrat, {client.name}, n’est pas un organisme public",
            f"The contract’s client, {client.name}, is no public body",
        )
    lapse = _adhesion_lapse(client, today)
    assert lapse is not None
    return _Lapse(f"Client du contrat : {lapse.fr}", f"Client of the contract: {lapse.en}")


def _signed(organisation: Organisation, today: date, table: Table) -> frozenset[str]:
    return frozenset(
        signature.licence
        for signature in organisation.signatures
        if signature.holds(today) and (licence := table.get(signature.licence)) is not None and licence.counts(signature.version)
    )


def _after(last: date) -> date:
    return last + timedelta(days=1) if last < date.max else last

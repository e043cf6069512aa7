"""Deeds: what an operator may ask of a source, with the words of the question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from index.harvests.commands import Action, commands, confirm, leave, pause, resume
from index.harvests.standing import Planned
from index.protocol import Index
from mappings.words import Text

MOST_WORDS = 500
"""Letters of a reason that are kept."""


class Deed(StrEnum):
    RUN = "run"
    PAUSE = "pause"
    RESUME = "resume"
    REPLAY = "replay"
    REMAP = "remap"
    CONFIRM = "confirm"


@dataclass(frozen=True)
class Told:
    """The words of a deed: on its button, what it will do, and what is said when it was asked."""

    name: Text
    means: Text
    said: Text


_LEFT = Text("Demande laissée aux ordonnanceurs.", "Left for the schedulers.")
DEEDS = {
    Deed.RUN: Told(
        Text("Moissonner maintenant", "Run now"),
        Text(
            "Un ordonnanceur moissonne la source dès qu’il est libre, même si elle est suspendue ou laissée en paix.",
            "A scheduler harvests the source as soon as it is free, even if it is paused or left alone.",
        ),
        _LEFT,
    ),
    Deed.PAUSE: Told(
        Text("Suspendre", "Pause"),
        Text(
            "Aucune moisson prévue ne commence tant que la source est suspendue ; celle en cours va à sa fin.",
            "No scheduled run begins while the source is paused; one that is under way goes on.",
        ),
        Text("La source est suspendue.", "The source is paused."),
    ),
    Deed.RESUME: Told(
        Text("Reprendre", "Resume"),
        Text("Les moissons prévues reprennent.", "Scheduled runs begin again."),
        Text("La source n’est plus suspendue.", "The source is not paused any more."),
    ),
    Deed.REPLAY: Told(
        Text("Rejouer la quarantaine", "Replay the quarantine"),
        Text(
            "Les fiches en quarantaine sont réessayées, sans moissonner ; celles qui ne vont toujours pas y restent.",
            "Records in quarantine are tried again, without harvesting; those that still do not fit stay there.",
        ),
        _LEFT,
    ),
    Deed.REMAP: Told(
        Text("Refaire les Items", "Remap"),
        Text(
            "Les fiches gardées dont les règles ont changé sont transformées de nouveau, sans moissonner. Cela peut durer.",
            "Kept records whose mapping has changed are mapped again, without harvesting. This may take long.",
        ),
        _LEFT,
    ),
    Deed.CONFIRM: Told(
        Text("Confirmer la suppression", "Confirm the removal"),
        Text(
            "La prochaine moisson pourra retirer ce que le frein a retenu, et pas plus. Vérifier d’abord l’archive.",
            "The next run may remove what the brake stopped, and no more. Look at the archive first.",
        ),
        Text("La prochaine moisson peut retirer ce que le frein a retenu.", "The next run may remove what the brake stopped."),
    ),
}
NAMES = {action: DEEDS[Deed(action)].name for action in Action}
"""Commands in words."""


def possible(source: Planned, *, paused: bool, braked: bool) -> list[Deed]:
    """What may be asked of a source as it stands: nothing of one that no scheduler has."""
    if not source.enabled:
        return [Deed.RESUME] if paused else []
    found = [Deed.RUN, Deed.RESUME if paused else Deed.PAUSE, Deed.REPLAY, Deed.REMAP]
    return [*found, Deed.CONFIRM] if braked else found


def do(index: Index, source: str, deed: Deed, form: Mapping[str, str], by: str, now: datetime) -> None:
    """Does it, or leaves it for the schedulers. A command that waits already is not left twice."""
    reason = form.get("reason", "").strip()[:MOST_WORDS]
    if deed is Deed.PAUSE:
        pause(index, source, by=by, now=now, reason=reason)
    elif deed is Deed.RESUME:
        resume(index, source)
    elif deed is Deed.CONFIRM:
        confirm(index, source, by)
    else:
        action, arguments = Action(deed), _arguments(deed, reason, form)
        waiting = [(one.source, one.action, dict(one.arguments)) for one in commands(index) if one.state == "waiting"]
        if (source, action, arguments) not in waiting:
            leave(index, source, action, by=by, now=now, arguments=arguments)


def _arguments(deed: Deed, reason: str, form: Mapping[str, str]) -> dict[str, str]:
    """As the commands of the command line have them."""
    if deed is Deed.REPLAY and reason:
        return {"reason": reason}
    return {"all": "yes"} if deed is Deed.REMAP and form.get("all") == "yes" else {}

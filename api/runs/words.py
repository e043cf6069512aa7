"""What the pages of operators say, in French and in English."""

from collections.abc import Iterable

from index.state import Outcome
from mappings.words import Language, Text

_WORDS = {
    # --- everywhere
    "runs": Text("Moissons", "Harvests"),
    "catalogue": Text("Catalogue", "Catalogue"),
    "pages": Text("Pages des exploitants", "Pages of operators"),
    "signed_in": Text("Connecté : {name}", "Signed in: {name}"),
    "sign_out": Text("Se déconnecter", "Sign out"),
    "never": Text("jamais", "never"),
    "next": Text("Suite", "Next"),
    "previous": Text("Précédent", "Previous"),
    "pages_of": Text("Pages de {what}", "Pages of {what}"),
    "value": Text("Valeur", "Value"),
    "whole_text": Text("texte entier", "whole text"),
    # --- sign-in
    "sign_in": Text("Se connecter", "Sign in"),
    "sign_in_why": Text(
        "Ces pages sont réservées aux exploitants de ce catalogue. La clé n’est envoyée qu’une fois ; la session dure une heure.",
        "These pages are for operators of this catalogue. The key is sent once only; the session lasts one hour.",
    ),
    "key": Text("Clé d’API d’un exploitant", "API key of an operator"),
    "open_again": Text("Déjà connecté ? Ouvrir de nouveau cette page", "Signed in already? Open this page again"),
    "wrong_key": Text("Cette clé est fausse, révoquée ou expirée.", "This key is wrong, revoked or expired."),
    "other_class": Text("Cette clé n’est pas celle d’un exploitant.", "This key is not an operator’s."),
    "too_often": Text("Trop d’essais : réessayer dans une minute.", "Too many attempts: try again in a minute."),
    "signed_out": Text("Vous êtes déconnecté.", "You are signed out."),
    # --- errors
    "error": Text("Erreur {status}", "Error {status}"),
    "not_operator": Text(
        "Ces pages sont réservées aux exploitants de ce catalogue.", "These pages are for operators of this catalogue only."
    ),
    "not_there": Text("Cette page n’existe pas.", "There is no such page."),
    "unavailable": Text("L’index ne répond pas : réessayer.", "The index does not answer: try again."),
    # --- sources
    "sources": Text("Sources", "Sources"),
    "source": Text("Source", "Source"),
    "archive": Text("Archive", "Archive"),
    "no_sources": Text(
        "Aucune source n’est réglée sur ce serveur : le fichier de réglages doit être celui de l’ordonnanceur.",
        "No source is set on this server: it must have the settings file of the scheduler.",
    ),
    "state": Text("État", "State"),
    "last_run": Text("Dernière moisson", "Last run"),
    "next_run": Text("Prochaine moisson", "Next run"),
    "outcome": Text("Issue", "Outcome"),
    "reason": Text("Raison", "Reason"),
    "lag": Text("Retard", "Lag"),
    "quarantined": Text("En quarantaine", "In quarantine"),
    "others": Text("Dans l’état, mais pas dans les réglages de ce serveur :", "In the state, but not in the settings of this server:"),
    "as_of": Text("À {time}.", "At {time}."),
    "due": Text("à faire", "due"),
    # --- a source
    "not_here": Text(
        "Cette source n’est pas dans les réglages de ce serveur : son histoire seule est montrée.",
        "This source is not in the settings of this server: only its history is shown.",
    ),
    "standing": Text("Où en est la source", "How the source stands"),
    "timetable": Text("Horaire", "Timetable"),
    "last_complete": Text("Dernière moisson complète", "Last complete run"),
    "watermarks": Text("Repères (date de l’archive lue en dernier)", "Watermarks (archive time read last)"),
    "stream": Text("Flux", "Stream"),
    "records": Text("Fiches gardées ou en quarantaine", "Records kept or in quarantine"),
    "removed": Text("Fiches retirées, à rétablir au besoin", "Records removed, restorable"),
    "lease": Text("Bail de", "Lease of"),
    "until": Text("jusqu’au {time}", "until {time}"),
    "paused_by": Text("par {name}, le {time}", "by {name}, on {time}"),
    "actions": Text("Agir", "Act"),
    "no_actions": Text("Aucun ordonnanceur n’obéit pour une source désactivée.", "No scheduler obeys for a source that is disabled."),
    "recent_runs": Text("Moissons", "Runs"),
    "no_runs": Text("Aucune moisson encore.", "No run yet."),
    "began": Text("Début", "Began"),
    "ended": Text("Fin", "Ended"),
    "duration": Text("Durée", "Duration"),
    # --- the chart
    "chart": Text("Items écrits et supprimés par moisson", "Items put and deleted per run"),
    "chart_says": Text(
        "Dernières moissons : {count}, la plus ancienne à gauche ; au plus {put} Items écrits et {deleted} supprimés. "
        "Échelle logarithmique. Les mêmes nombres sont dans le tableau des moissons.",
        "Last runs: {count}, the oldest first; at most {put} Items put and {deleted} deleted. "
        "Logarithmic scale. The table of runs has the same numbers.",
    ),
    "put": Text("Items écrits", "Items put"),
    "deleted": Text("Items supprimés", "Items deleted"),
    # --- a run
    "run": Text("Moisson {id}", "Run {id}"),
    "report": Text("Bilan", "Report"),
    "counts": Text("Comptes des fiches", "Counts of records"),
    "counts_later": Text("Les comptes viennent à la fin de la moisson.", "Counts come at the end of the run."),
    "what": Text("Quoi", "What"),
    "number": Text("Nombre", "Number"),
    "announced": Text("annoncées par l’archive", "announced by the archive"),
    "received": Text("reçues", "received"),
    "missing": Text("manquantes", "missing"),
    "new": Text("nouvelles", "new"),
    "changed": Text("changées", "changed"),
    "unchanged": Text("inchangées", "unchanged"),
    "merged": Text("jointes à un autre Item", "merged into another Item"),
    "rejected": Text("en quarantaine", "rejected"),
    "repeated": Text("répétées", "repeated"),
    "filtered": Text("hors du périmètre", "filtered"),
    "notices": Text("avis de suppression suivis", "notices of deletion followed"),
    "of_run": Text("Mis en quarantaine par cette moisson, et encore là", "Put into quarantine by this run, and still there"),
    "log": Text("Journal", "Log"),
    "no_log": Text(
        "Aucune ligne n’est gardée pour cette moisson. L’ordonnanceur écrit les siennes sur sa sortie d’erreur, avec la source et "
        "le numéro de la moisson ({id}) dans chacune.",
        "No line is kept of this run. The scheduler writes its own on standard error, with the source and the run’s id ({id}) in each.",
    ),
    "log_cut": Text(
        "Les {count} premières lignes et les {last} dernières ; les autres sont chez l’ordonnanceur.",
        "The first {count} lines and the last {last}; the scheduler has the others.",
    ),
    "time": Text("Heure", "Time"),
    "level": Text("Niveau", "Level"),
    "message": Text("Message", "Message"),
    # --- quarantine
    "quarantine": Text("Quarantaine", "Quarantine"),
    "quarantine_says": Text(
        "{count} fiches n’ont pas pu devenir des Items. Elles sont réessayées quand l’archive les change, quand une nouvelle version "
        "des règles vient, ou par « rejouer », après une correction.",
        "{count} records could not become Items. They are tried again when the archive changes them, when a new version of the mapping "
        "comes, or by “replay”, after a fix.",
    ),
    "quarantine_empty": Text("Rien n’est en quarantaine.", "Nothing is in quarantine."),
    "none_such": Text(
        "Aucune fiche de cette quarantaine n’a ces mots dans sa raison.", "No record of this quarantine has these words in its reason."
    ),
    "shared": Text(
        "L’archive {archive} est commune à plusieurs sources, et sa quarantaine aussi.",
        "The archive {archive} is shared by several sources, and so is its quarantine.",
    ),
    "reasons": Text("Raisons", "Reasons"),
    "reasons_cut": Text("Raisons des {count} plus anciennes", "Reasons of the oldest {count}"),
    "reason_words": Text("Mots de la raison", "Words of the reason"),
    "filter": Text("Filtrer", "Filter"),
    "all_reasons": Text("Toutes les raisons", "All reasons"),
    "record": Text("Fiche", "Record"),
    "member": Text("Membre", "Member"),
    "since": Text("Depuis", "Since"),
    "bytes": Text("Octets", "Bytes"),
    "which_run": Text("Moisson", "Run"),
    "see_record": Text(
        "Pour lire une fiche telle que reçue : moisson quarantine show {archive} FICHE",
        "To read a record as it was received: moisson quarantine show {archive} RECORD",
    ),
    "replay_these": Text("Rejouer celles-ci", "Replay these"),
    "narrow": Text(
        "Les {count} premières seulement sont montrées ici : filtrer par raison.",
        "Only the first {count} are shown here: filter by reason.",
    ),
    # --- asking
    "ask": Text("{deed} : {source} ?", "{deed}: {source}?"),
    "do_it": Text("Oui, {deed}", "Yes, {deed}"),
    "cancel": Text("Annuler", "Cancel"),
    "why_pause": Text("Pourquoi (facultatif, visible des exploitants)", "Why (optional, operators see it)"),
    "replay_all": Text("{count} fiches sont en quarantaine.", "{count} records are in quarantine."),
    "replay_some": Text(
        "{count} fiches de la quarantaine ont dans leur raison :", "{count} records of the quarantine have in their reason:"
    ),
    "remap_all": Text("Aussi les fiches dont les règles n’ont pas changé", "Also the records whose mapping did not change"),
    "at_least": Text("au moins {count}", "at least {count}"),
    "brake_holds": Text("Le frein a retenu :", "The brake stopped:"),
    "not_possible": Text("Cela n’est pas possible dans l’état où est la source.", "This is not possible as the source stands."),
    # --- commands
    "commands": Text("Demandes", "Commands"),
    "no_commands": Text("Aucune demande depuis un mois.", "No command for a month."),
    "colon": Text("\u00a0: ", ": "),
    "every": Text("toutes", "all"),
    "waiting_hint": Text(
        "Une demande qui attend plus d’une minute : un ordonnanceur (moisson schedule) tourne-t-il ?",
        "A command that waits for more than a minute: is a scheduler (moisson schedule) running?",
    ),
    "asked": Text("Demandé", "Asked"),
    "by": Text("Par", "By"),
    "action": Text("Action", "Action"),
    "result": Text("Résultat", "Result"),
}

OUTCOMES = {
    Outcome.RUNNING: ("…", Text("en cours", "running")),
    Outcome.COMPLETE: ("✓", Text("complète", "complete")),
    Outcome.PARTIAL: ("◐", Text("partielle", "partial")),
    Outcome.FAILED: ("✕", Text("échouée", "failed")),
    Outcome.ABORTED: ("⊘", Text("interrompue", "aborted")),
}
"""A sign and a word."""
MEANINGS = {
    Outcome.RUNNING: Text(
        "La moisson n’a pas encore fini ; si son ordonnanceur est mort, la prochaine la ferme.",
        "The run has not ended yet; if its scheduler died, the next run closes it.",
    ),
    Outcome.COMPLETE: Text("Tout ce que l’archive annonçait est venu.", "All that the archive announced has come."),
    Outcome.PARTIAL: Text(
        "Une part seulement est venue, ou le frein a retenu des suppressions ; ce qui est venu compte, la prochaine reprend le reste.",
        "Only a part has come, or the brake held removals back; what came counts, the next run takes up the rest.",
    ),
    Outcome.FAILED: Text("Rien n’est venu.", "Nothing has come."),
    Outcome.ABORTED: Text(
        "Elle a été arrêtée avant la fin ; la prochaine reprend au repère.",
        "It was stopped before its end; the next goes on from the watermark.",
    ),
}


def names() -> Iterable[str]:
    """Of all words."""
    return _WORDS


def say(name: str, language: Language, /, **values: str) -> str:
    """Words of the pages, with values put in; not escaped."""
    text = _WORDS[name].in_(language)
    return text.format(**values) if values else text

"""What is written down of who did what: the acts, their kinds and words, and the role they are done in."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Final, NamedTuple

from geo.i18n import N_, _, ngettext, number

# The role of whoever has the machine itself, beside those of geo.sharing: the command line asks for none.
MACHINE: Final = "machine"
# Hands the role of who asked for it on to a process of its own.
ROLE_VARIABLE: Final = "COUVERTURE_ROLE"


class Act(NamedTuple):
    """One act: of which kind it is, in words, and whether the records count differently after it."""

    kind: str
    text: str
    changes: bool = False


KINDS: Final[Mapping[str, str]] = {
    "import": N_("Imports"),
    "decision": N_("Décisions et corrections"),
    "setting": N_("Réglages"),
    "export": N_("Fichiers produits"),
    "sign_in": N_("Connexions"),
}
ACTS: Final[Mapping[str, Act]] = {
    "import": Act("import", N_("Import"), changes=True),
    "undo": Act("import", N_("Import annulé"), changes=True),
    "restore": Act("import", N_("Sauvegarde restaurée"), changes=True),
    "decide": Act("decision", N_("Lieu décidé"), changes=True),
    "revoke": Act("decision", N_("Lieu : décision révoquée"), changes=True),
    "correct": Act("decision", N_("Enregistrement corrigé"), changes=True),
    "revoke_correction": Act("decision", N_("Correction révoquée"), changes=True),
    "overlap": Act("decision", N_("Paire décidée en réunion")),
    "revoke_overlap": Act("decision", N_("Paire : décision révoquée")),
    "snapshot": Act("decision", N_("État gardé")),
    "forget_snapshot": Act("decision", N_("État oublié")),
    "organisation": Act("setting", N_("Nom d'organisation réglé"), changes=True),
    "revoke_organisation": Act("setting", N_("Nom d'organisation : réglage révoqué"), changes=True),
    "source_on": Act("setting", N_("Source prise en compte"), changes=True),
    "source_off": Act("setting", N_("Source laissée de côté"), changes=True),
    "profile": Act("setting", N_("Profil de colonnes enregistré"), changes=True),
    "norms": Act("setting", N_("Jeu de normes enregistré")),
    "boundaries": Act("setting", N_("Limites administratives mises en usage")),
    "population": Act("setting", N_("Table de population mise en usage")),
    "localities": Act("setting", N_("Liste de localités mise en usage")),
    "severity": Act("setting", N_("Table de sévérité mise en usage")),
    "user_add": Act("setting", N_("Accès ajouté")),
    "user_withdraw": Act("setting", N_("Accès retiré")),
    "export": Act("export", N_("Fichier produit")),
    "backup": Act("export", N_("Sauvegarde faite")),
    "sign_in": Act("sign_in", N_("Connexion")),
    "sign_in_refused": Act("sign_in", N_("Connexion refusée")),
    "sign_out": Act("sign_in", N_("Déconnexion")),
}
_ROLE: ContextVar[str] = ContextVar("role", default="")


def act_as(role: str) -> None:
    """Say in which role everything is done from here on, in this thread."""
    _ROLE.set(role)


def role() -> str:
    """Return the role in which things are done in this thread, ``""`` where nobody said one."""
    return _ROLE.get()


def kind_of(action: str) -> str:
    """Return the kind of an act, ``""`` for one that this version does not know."""
    return ACTS[action].kind if action in ACTS else ""


def kind_words(kind: str) -> str:
    """Return a kind of acts in words."""
    return _(KINDS[kind]) if kind in KINDS else kind


def act_words(action: str) -> str:
    """Return an act in words; one that this version does not know as it is written."""
    return _(ACTS[action].text) if action in ACTS else action


def role_words(name: str) -> str:
    """Return a role in words; one that this version does not know as it is written."""
    from geo.access import ROLE_WORDS  # noqa: PLC0415  # brings frames along; whoever only acts needs none

    if name == MACHINE:
        return _("ligne de commande")
    return _(ROLE_WORDS[name]) if name in ROLE_WORDS else name


def what_words(action: str, details: str, about: Mapping[str, Any]) -> str:
    """Return what an act was about, in words: which import, which place, which fields, which file."""
    parts = [_of_act(action, details)]
    parts += [str(about[name]) for name in ("file", "source", "why") if about.get(name)]
    if refused := about.get("times"):
        parts.append(ngettext("{n} fois", "{n} fois", int(refused)).format(n=number(int(refused))))
    return " · ".join(filter(None, parts))


def _of_act(action: str, details: str) -> str:
    if action in ("import", "undo"):
        return _("import {n}").format(n=details)
    if action == "decide" and len(parts := details.split(" ")) == 3:
        text = _("décision {n} : {unit}, lignes : {rows}")
        return text.format(n=parts[0], unit=parts[1], rows=number(int(parts[2])))
    if action in ("revoke", "revoke_organisation", "revoke_correction", "forget_snapshot") and details:
        return _("n° {n}").format(n=details)
    if action == "correct" and (named := _corrected(details)):
        return _("{source}, enregistrement {record} : {fields}").format(**named)
    if action == "overlap":
        from geo.partnerwords import DECISIONS  # noqa: PLC0415  # as above

        return _(DECISIONS[details]) if details in DECISIONS else details
    if action in ("user_add", "user_withdraw"):
        from geo.usertable import told_words  # noqa: PLC0415  # as above

        return told_words(details) or details
    if action in ("sign_in", "sign_in_refused"):
        return {"password": _("mot de passe"), "oidc": "OpenID Connect"}.get(details, details)
    return details


def _corrected(details: str) -> dict[str, str]:
    """Read ``[source, identity, field, …]``; the values that were corrected are not among them."""
    try:
        source, identity, *fields = json.loads(details)
    except (ValueError, TypeError):
        return {}
    return {"source": str(source), "record": str(identity), "fields": ", ".join(map(str, fields))}

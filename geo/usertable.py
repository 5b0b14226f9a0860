"""The table from claim to role as administrators change it in the app: what may be added, what withdrawn."""

import dataclasses
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from geo.access import ROLE_WORDS, Access, Rule
from geo.errors import AccessError
from geo.i18n import _
from geo.sharing import ROLES, Audience
from geo.signs import look_alikes, tidied

# Longer than any name of a group, address or organisation [characters].
LONGEST: Final = 200


def typed(claim: str, value: str, role: str, organisation: str) -> Rule:
    """Return the line that somebody typed.

    A value is compared sign for sign: one that does not look like what it is would be a door that nobody
    sees, or one that never opens.

    Raises
    ------
    AccessError
        What is wrong with it, in plain words.

    >>> typed(" groups ", "eau", "partner", "AMSS").audience
    Audience(role='partner', organisation='AMSS')
    """
    texts = [text.strip() for text in (claim, value, organisation)]
    if not texts[0] or not texts[1]:
        raise AccessError(_("Donnez l'attribut et sa valeur."))
    if role not in ROLES[1:]:
        text = _("« {name} » n'est pas un rôle. Possibles : {roles}.")
        words = ", ".join(_(ROLE_WORDS[each]) for each in ROLES[1:])
        raise AccessError(text.format(name=tidied(role[:LONGEST]), roles=words))
    if (role == "partner") != bool(texts[2]):
        raise AccessError(_("Un partenaire, et lui seul, a une organisation."))
    for text in texts:
        _demand_plain(text)
    return Rule(texts[0], texts[1], Audience(role, texts[2]))


def _demand_plain(text: str) -> None:
    if len(text) > LONGEST:
        raise AccessError(_("Au plus {n} signes pour chaque texte.").format(n=LONGEST))
    unseen = any(unicodedata.category(sign)[0] in "CZ" and sign != " " for sign in text)
    if unseen or tidied(text) != text:
        said = _("« {text} » contient des signes qui ne se voient pas. Tapez le texte au lieu de le coller.")
        raise AccessError(said.format(text=tidied(text)))
    if alike := look_alikes(text):
        said = _("« {text} » contient des lettres d'un autre alphabet, qui ressemblent aux nôtres. Tapez-le.")
        raise AccessError(said.format(text=alike[0]))


def joined(server: Access, lines: Sequence[Rule]) -> Access:
    """Return the settings of the server with the lines added in the app, which come after its own."""
    return dataclasses.replace(server, rules=(*server.rules, *lines)) if lines else server


def demand_new(rule: Rule, known: Sequence[Rule]) -> None:
    """Refuse a second line for the same claim and value: the first counts, the second never would.

    Raises
    ------
    AccessError
        Where there is one, with the role that it gives.
    """
    for each in known:
        if (each.claim, each.value) == (rule.claim, rule.value):
            text = _("{claim} = {value} est déjà dans la table ({role}) : retirez d'abord cette ligne.")
            role = _(ROLE_WORDS[each.audience.role])
            raise AccessError(text.format(claim=rule.claim, value=rule.value, role=role))


def demand_administrator(access: Access, claims: Mapping[str, Any]) -> None:
    """Refuse whoever the table, as it stands in the store at this moment, makes no administrator.

    Parameters
    ----------
    claims
        Empty for whoever came in by a password, which says itself whose it is.

    Raises
    ------
    AccessError
        Where another administrator was quicker.
    """
    if claims and not _administers(access, claims):
        raise AccessError(_("Votre rôle ne permet pas cela."))


def demand_kept(after: Access, claims: Mapping[str, Any]) -> None:
    """Refuse what would leave its own author, or everybody, without the role of an administrator.

    Raises
    ------
    AccessError
        Where the table ``after`` the change names none.
    """
    if claims and not _administers(after, claims):
        raise AccessError(
            _(
                "C'est par cette ligne que vous administrez l'application : une autre personne peut la "
                "retirer, pas vous."
            )
        )
    held = [audience for _digest, audience in after.passwords] + [rule.audience for rule in after.rules]
    if not any(audience.role == "administrator" for audience in held):
        raise AccessError(_("Personne n'administrerait plus l'application."))


def _administers(access: Access, claims: Mapping[str, Any]) -> bool:
    found = access.of_claims(claims)
    return found is not None and found.role == "administrator"


def told(rule: Rule) -> str:
    """Return a line as the journal keeps it."""
    parts = [rule.claim, rule.value, rule.audience.role, rule.audience.organisation]
    return json.dumps(parts, ensure_ascii=False)


def told_words(kept: str) -> str:
    """Return in words what :func:`told` kept, ``""`` where it is none.

    >>> told_words(told(Rule("groups", "eau", Audience("partner", "AMSS"))))
    'groups = eau : partenaire · AMSS'
    """
    try:
        claim, value, role, organisation = map(str, json.loads(kept))
    except (ValueError, TypeError):
        return ""
    words = " · ".join(filter(None, [_(ROLE_WORDS.get(role, role)), organisation]))
    return _("{claim} = {value} : {role}").format(claim=claim, value=value, role=words)

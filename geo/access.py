"""Who may do what: the ways to sign in, the table from claim to role, and what each role may do.

Pure: what stands in the environment and in the file of roles comes in as
mappings. Where somebody is, and what they asked, is known to :mod:`geo.ui.who`.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geo.errors import AccessError
from geo.i18n import N_, _
from geo.sharing import PUBLIC, READER, ROLES, Audience
from geo.suppression import SMALL_NUMBER

# What can be asked of the app beyond looking at shared figures. A record, and what is listed of it;
# files of single records; corrections; imports; places and names decided, states of a meeting kept;
# an import taken back; boundaries, population and how an organisation is shown; the audit trail; who
# has access.
ACTS: Final = (
    *("records", "export_records", "correct", "import", "decide"),
    *("undo", "settings", "audit", "users"),
)
_READER_ACTS: Final = frozenset({"records", "export_records"})
_ACTS_OF: Final[Mapping[str, frozenset[str]]] = {
    "public": frozenset(),
    "reader": _READER_ACTS,
    "partner": _READER_ACTS | {"correct"},
    "coordinator": _READER_ACTS | {"correct", "import", "decide"},
    "administrator": frozenset(ACTS),
}
# From whom nothing is withheld.
KEEPERS: Final = ("coordinator", "administrator")
ROLE_WORDS: Final[Mapping[str, str]] = {
    "public": N_("public"),
    "reader": N_("lecture"),
    "partner": N_("partenaire"),
    "coordinator": N_("coordination"),
    "administrator": N_("administration"),
}
PASSWORD_VARIABLE: Final = "COUVERTURE_PASSWORD_"
PUBLIC_VARIABLE: Final = "COUVERTURE_PUBLIC"
SMALL_VARIABLE: Final = "COUVERTURE_SMALL_NUMBER"
# A greater threshold would withhold nearly all there is.
_GREATEST_SMALL: Final = 100
# Shorter ones are guessed.
SHORTEST_PASSWORD: Final = 10
_LONGEST_NAME: Final = 60
# How far the clock of a provider may be ahead of ours [s].
CLOCKS_APART: Final = 300.0
# Nobody signs in from the year 2200 on [s since 1970].
_LATEST: Final = 7_258_118_400
_YES: Final = ("1", "oui", "yes", "true")
_TABLE_KEYS: Final = frozenset({"claim", "value", "role", "organisation"})


@dataclass(frozen=True)
class Who:
    """Somebody at the app: the name they signed in with (empty for nobody known) and what they may see."""

    name: str
    audience: Audience
    # How they came in: "own" machine, "password", "oidc", "open" to all as readers, or "public".
    way: str = "own"

    @property
    def signed_in(self) -> bool:
        """Whether a password or a provider said who this is."""
        return self.way in ("password", "oidc")


@dataclass(frozen=True)
class Rule:
    """One line of the table: whoever has ``value`` in ``claim`` has this role (of this organisation)."""

    claim: str
    value: str
    audience: Audience


@dataclass(frozen=True)
class Access:
    """The settings of access.

    Attributes
    ----------
    rules
        Table from claim to role, the first that fits counts.
    passwords
        ``(digest, audience)`` of each password.
    public
        Whether who is not signed in sees aggregates.
    hours
        How long a sign-in lasts [h].
    small_number
        Numbers of 1 up to one less are withheld from the public.
    """

    rules: Sequence[Rule] = ()
    passwords: Sequence[tuple[bytes, Audience]] = ()
    public: bool = False
    hours: float = 12.0
    small_number: int = SMALL_NUMBER

    def of_claims(self, claims: Mapping[str, Any]) -> Audience | None:
        """Return what the claims of a provider entitle to; None without a claim of the table."""
        return next((rule.audience for rule in self.rules if _fits(rule, claims)), None)

    def of_password(self, typed: str) -> Audience | None:
        """Return whose password this is; every one is compared, in a time that says nothing of it."""
        asked, found = digest(typed), None
        for kept, audience in self.passwords:
            if hmac.compare_digest(kept, asked):
                found = audience
        return found


def digest(password: str) -> bytes:
    """Return what passwords are compared by, the same length for all."""
    return hashlib.sha256(unicodedata.normalize("NFC", password).encode()).digest()


def may(who: Who, act: str, *, organisation: str = "") -> bool:
    """Whether somebody may do this; a partner corrects only what is its own.

    Parameters
    ----------
    organisation
        Whose record it is about, as the record names it.

    Raises
    ------
    ValueError
        For an act that is not in :data:`ACTS`.
    """
    if act not in ACTS:
        raise ValueError(f"no act {act!r}: one of {', '.join(ACTS)}")
    if act not in _ACTS_OF[who.audience.role]:
        return False
    if who.audience.role == "partner" and act == "correct":
        return organisation != "" and organisation == who.audience.organisation
    return True


def demand(who: Who, act: str, *, organisation: str = "") -> None:
    """Refuse what somebody may not do, where it would be done.

    Raises
    ------
    AccessError
        Where :func:`may` says no.
    """
    if not may(who, act, organisation=organisation):
        raise AccessError(_("Votre rôle ne permet pas cela."))


def plain_name(text: object) -> str:
    """Return a name as it is shown and written down: one line, no sign that hides or turns text."""
    spaced = " ".join(str(text).split())
    shown = "".join(sign for sign in spaced if unicodedata.category(sign)[0] != "C")
    return shown[:_LONGEST_NAME].strip()


def name_of_claims(claims: Mapping[str, Any]) -> str:
    """Return what to call somebody: name, else e-mail, else the provider's own key for them."""
    for claim in ("name", "preferred_username", "email", "sub"):
        if name := plain_name(claims.get(claim) or ""):
            return name
    return ""


def session_of_claims(claims: Mapping[str, Any]) -> str:
    """Return what tells one sign-in with a provider from all others, those of the same person among them."""
    return json.dumps([str(claims.get(name, "")) for name in ("iss", "sub", "iat", "nonce")])


def too_old(claims: Mapping[str, Any], access: Access, *, now: float) -> bool:
    """Whether somebody signed in with their provider longer ago than a sign-in lasts, or at no known time.

    Parameters
    ----------
    now
        Seconds since 1970.
    """
    at = began(claims)
    # One of a time to come would never end.
    return at is None or not now - access.hours * 3600 <= at <= now + CLOCKS_APART


def began(claims: Mapping[str, Any]) -> float | None:
    """Return when somebody signed in with their provider [s since 1970]; None where it does not say."""
    at = claims.get("iat")
    if not isinstance(at, (int, float)) or isinstance(at, bool):
        return None
    # NaN, infinity or milliseconds are no moment.
    return float(at) if 0 <= at < _LATEST else None


def _fits(rule: Rule, claims: Mapping[str, Any]) -> bool:
    # An address that the provider has not verified is what somebody typed.
    if rule.claim == "email" and claims.get("email_verified") is not True:
        return False
    stated = claims.get(rule.claim)
    values = stated if isinstance(stated, (list, tuple)) else [stated]
    return any(isinstance(value, str) and value == rule.value for value in values)


def entitled(access: Access) -> list[tuple[str, str, Audience]]:
    """List who is let in, in the order of the settings: how, by what, as whom.

    Returns
    -------
    list of (way, what, audience)
        ``way`` as in :attr:`Who.way`; ``what`` is the claim with its value, empty for the others. Nothing
        tells a password.

    >>> entitled(Access(rules=[Rule("groups", "eau", READER)]))
    [('oidc', 'groups = eau', Audience(role='reader', organisation=''))]
    """
    found = [("password", "", audience) for _digest, audience in access.passwords]
    found += [("oidc", f"{rule.claim} = {rule.value}", rule.audience) for rule in access.rules]
    return [*found, ("public", "", PUBLIC)] if access.public else found


# ---- reading the settings ----------------------------------------------------------------------------


def settings(environment: Mapping[str, str], table: Mapping[str, Any]) -> Access:
    """Return the settings that stand in the environment and in the file of roles.

    Parameters
    ----------
    environment
        ``COUVERTURE_PASSWORD_READER``, ``…_COORDINATOR``, ``…_ADMINISTRATOR``,
        ``…_PARTNER_<NAME>``; ``COUVERTURE_PUBLIC``,
        ``COUVERTURE_SMALL_NUMBER``.
    table
        ``hours``; ``role``: list of ``claim, value, role, organisation``;
        ``partner``: name in a variable to organisation as the records name it.

    Raises
    ------
    AccessError
        What is not understood: nobody is let in by half a table.
    """
    unknown = set(table) - {"role", "partner", "hours"}
    if unknown:
        raise AccessError(_("Réglages d'accès : « {name} » n'est pas connu.").format(name=sorted(unknown)[0]))
    lines, partners = table.get("role", []), table.get("partner", {})
    if not isinstance(lines, list) or not isinstance(partners, Mapping):
        raise AccessError(_("Réglages d'accès : « role » et « partner » sont des tables."))
    hours = table.get("hours", Access.hours)
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= 24 * 30:
        raise AccessError(_("Réglages d'accès : « hours » est un nombre d'heures, de 1 à 720."))
    return Access(
        rules=tuple(_rule(number, line) for number, line in enumerate(lines, start=1)),
        passwords=tuple(_passwords(environment, partners)),
        public=environment.get(PUBLIC_VARIABLE, "").strip().lower() in _YES,
        hours=float(hours),
        small_number=_small_number(environment.get(SMALL_VARIABLE, "").strip()),
    )


def _small_number(text: str) -> int:
    if not text:
        return SMALL_NUMBER
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 2 <= int(text) <= _GREATEST_SMALL):
        raise AccessError(
            _("{variable} est un nombre entier, de 2 à {most}.").format(
                variable=SMALL_VARIABLE, most=_GREATEST_SMALL
            )
        )
    return int(text)


def _rule(number: int, line: Any) -> Rule:
    made = dict(line) if isinstance(line, Mapping) else {}
    texts = {key: value.strip() for key, value in made.items() if isinstance(value, str)}
    wanting = not all(texts.get(key) for key in ("claim", "value", "role"))
    if wanting or set(made) != set(texts) or set(made) - _TABLE_KEYS or texts["role"] not in ROLES[1:]:
        text = _("Réglages d'accès : la ligne {n} de la table des rôles n'est pas comprise.")
        raise AccessError(text.format(n=number))
    if (texts["role"] == "partner") != bool(texts.get("organisation")):
        text = _("Réglages d'accès, ligne {n} : un partenaire, et lui seul, a une organisation.")
        raise AccessError(text.format(n=number))
    return Rule(texts["claim"], texts["value"], Audience(texts["role"], texts.get("organisation", "")))


def _passwords(environment: Mapping[str, str], partners: Mapping[str, Any]) -> list[tuple[bytes, Audience]]:
    found: dict[bytes, Audience] = {}
    for variable in sorted(environment):
        if not variable.startswith(PASSWORD_VARIABLE) or not environment[variable]:
            continue
        audience = _of_variable(variable.removeprefix(PASSWORD_VARIABLE), partners)
        if audience is None:
            raise AccessError(_("{variable} ne nomme aucun rôle.").format(variable=variable))
        if len(environment[variable]) < SHORTEST_PASSWORD:
            text = _("{variable} : un mot de passe a au moins {n} signes.")
            raise AccessError(text.format(variable=variable, n=SHORTEST_PASSWORD))
        key = digest(environment[variable])
        if key in found:
            text = _("{variable} : ce mot de passe est déjà celui d'un autre rôle.")
            raise AccessError(text.format(variable=variable))
        found[key] = audience
    return list(found.items())


def _of_variable(name: str, partners: Mapping[str, Any]) -> Audience | None:
    if name.startswith("PARTNER_") and name != "PARTNER_":
        code = name.removeprefix("PARTNER_")
        return Audience("partner", str(partners.get(code, code.replace("_", " "))))
    role = name.lower()
    return Audience(role) if role in ("reader", "coordinator", "administrator") else None


# What nobody has to sign in for.
OPEN: Final = Who("", READER, "open")
ANYONE: Final = Who("", PUBLIC, "public")

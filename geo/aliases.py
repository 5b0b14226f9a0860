"""Names of organisations: one organisation, however partners write it; suggestions shown, never applied.

A table says which written names mean which organisation and how each may be
shown. Names are compared folded (case, accents, punctuation); whatever else
looks alike is only suggested, for a person to accept or to reject.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd
from rapidfuzz import fuzz

from geo.counting import SEPARATOR
from geo.errors import SettingsError
from geo.filters import split
from geo.sharing import ORGANISATION_DISPLAYS
from geo.spelling import fold

# The columns of a record that name organisations, each in a role of its own.
COLUMNS: Final = ("implementing_org", "donor", "partner_orgs")
TABLE_COLUMNS: Final = ("organisation", "full_name", "aliases", "shown")
REASONS: Final = ("brackets", "initials", "spelling")
# Words that an acronym leaves out.
_SMALL_WORDS: Final = frozenset(
    (
        *("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "par"),
        *("pour", "sur", "the", "of", "and", "for", "in", "on", "to"),
    )
)
_BRACKETS: Final = re.compile(r"^(?P<outer>[^()]+)\((?P<inner>[^()]+)\)\s*$")
# Shorter names differ by a letter because they are different organisations (AMSS, AMSOD).
_SHORTEST_SPELLED: Final = 6
_LIKE: Final = 88.0
_SHORTEST_ACRONYM: Final = 3


@dataclass(frozen=True)
class Names:
    """What is known of the names of organisations.

    Attributes
    ----------
    meaning : mapping
        Folded name to the organisation it means.
    full_names, shown : mapping
        Organisation to its long name, and to how it may be shown (:data:`geo.sharing.ORGANISATION_DISPLAYS`),
        however it is written and whatever it is called since.
    rejected : frozenset of (str, str)
        Folded name and organisation that somebody said are two.
    """

    meaning: Mapping[str, str] = field(default_factory=dict)
    full_names: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    rejected: frozenset[tuple[str, str]] = frozenset()

    def of(self, text: str) -> str:
        """The organisation that a written name means: itself where the table says nothing."""
        return self.meaning.get(fold(text), text.strip())


def from_table(table: pd.DataFrame, *, name: str = "organisations.csv") -> Names:
    """Read the table of names: ``organisation, full_name, aliases`` (``;``-separated), ``shown``.

    Raises
    ------
    SettingsError
        If a column is missing, a name means two organisations, or a way to be shown does not exist.
    """
    if missing := [column for column in TABLE_COLUMNS if column not in table]:
        raise SettingsError(f"{name}: {missing[0]} ? {', '.join(TABLE_COLUMNS)}")
    meaning: dict[str, str] = {}
    for row in table.to_dict("records"):
        organisation = row["organisation"].strip()
        for text in (organisation, row["full_name"], *row["aliases"].split(SEPARATOR)):
            key = fold(text)
            if key and meaning.setdefault(key, organisation) != organisation:
                raise SettingsError(f"{name}: {text.strip()} = {meaning[key]} = {organisation} ?")
        if row["shown"] not in ("", *ORGANISATION_DISPLAYS):
            raise SettingsError(
                f"{name}, {organisation}: shown = {row['shown']}: {', '.join(ORGANISATION_DISPLAYS)}"
            )
    long = zip(table["organisation"].str.strip(), table["full_name"].str.strip(), strict=True)
    shown = zip(table["organisation"].str.strip(), table["shown"], strict=True)
    return Names(
        meaning=meaning,
        full_names={organisation: text for organisation, text in long if text},
        shown={organisation: text for organisation, text in shown if text and text != "named"},
    )


def decided(names: Names, decisions: pd.DataFrame) -> Names:
    """Return the names with what people decided, the latest last.

    Parameters
    ----------
    decisions : DataFrame
        ``kind`` (``alias``, ``rejected`` or ``shown``), ``text`` and ``organisation``: a name and what it
        means or does not mean, an organisation and how it is shown. Where two organisations turn out to be
        one, the name is hidden if one of them was.
    """
    meaning, rejected = dict(names.meaning), set(names.rejected)
    shown = {fold(organisation): (organisation, way) for organisation, way in names.shown.items()}
    for kind, text, organisation in decisions[["kind", "text", "organisation"]].itertuples(index=False):
        key = fold(text)
        if kind == "alias":
            meaning[key] = organisation
            rejected.discard((key, organisation))
        elif kind == "rejected":
            rejected.add((key, organisation))
            if meaning.get(key) == organisation and key != fold(organisation):
                del meaning[key]
        else:
            shown[key] = (text, organisation)
    withheld = {key: told for key, told in shown.items() if told[1] != "named"}
    for key, (organisation, _way) in withheld.items():
        # Any spelling of what may not be named means it.
        meaning.setdefault(key, organisation)
    # What a name means may itself be another name since.
    settled = {key: _last(meaning, organisation) for key, organisation in meaning.items()}
    kept: dict[str, str] = {}
    for key, (_organisation, way) in withheld.items():
        name = settled[key]
        kept[name] = "sector" if "sector" in (way, kept.get(name)) else way
        settled.setdefault(fold(name), name)
    return Names(settled, names.full_names, kept, frozenset(rejected))


def _last(meaning: Mapping[str, str], organisation: str) -> str:
    seen: set[str] = set()
    while (key := fold(organisation)) not in seen:
        seen.add(key)
        organisation = meaning.get(key, organisation)
    return organisation


def unified(records: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Return records in which every organisation has one name, in each of its three columns apart."""
    if not names.meaning:
        return records
    changed = {}
    for column in COLUMNS:
        texts = {text: _cell(str(text), names) for text in records[column].unique()}
        changed[column] = records[column].map(texts).astype("str")
    return records.assign(**changed)


def _cell(text: str, names: Names) -> str:
    return SEPARATOR.join(dict.fromkeys(names.of(part) for part in split(text)))


def key(text: str) -> str:
    """A written name as part of an identifier: small letters and digits, ``-`` between words."""
    return fold(text).replace(" ", "-")


def counts(records: pd.DataFrame) -> pd.DataFrame:
    """Return every name of the records with how often it stands in each role: ``name``, :data:`COLUMNS`."""
    found: dict[str, dict[str, int]] = {}
    for column in COLUMNS:
        for text, number in records[column].astype("str").value_counts().items():
            for name in split(str(text)):
                if name:
                    found.setdefault(name, dict.fromkeys(COLUMNS, 0))[column] += int(number)
    rows = [(name, *roles.values()) for name, roles in sorted(found.items())]
    return pd.DataFrame(rows, columns=["name", *COLUMNS])


def suggestions(written: Iterable[str], names: Names) -> pd.DataFrame:
    """Names that may mean the same organisation; nothing is applied.

    Parameters
    ----------
    written : iterable of str
        Names as they stand in the records, the most frequent first.

    Returns
    -------
    DataFrame
        ``text, organisation, reason`` (one of :data:`REASONS`), ``score`` [0-100], the surest first.
        A pair that was rejected, or a name that already means that organisation, is not among them.

    Examples
    --------
    >>> found = suggestions(["AMSS", "Association Malienne pour la Survie au Sahel"], Names())
    >>> found[["text", "organisation", "reason"]].values.tolist()
    [['Association Malienne pour la Survie au Sahel', 'AMSS', 'initials']]
    """
    every = list(dict.fromkeys(name for name in written if name))
    listed = set(names.meaning.values())
    # How each organisation is known to be written -> the organisation.
    known = [(text, names.of(text)) for text in every] + [(text, text) for text in sorted(listed)]
    known += list(names.meaning.items())
    rows = []
    for place, text in enumerate(every):
        if names.of(text) in listed:
            continue
        for other, target in known:
            found = _alike(text, other)
            if not found or fold(text) == fold(target) or (fold(text), target) in names.rejected:
                continue
            # Of two names that are written alike, the one that stands more often is kept.
            if found[0] == "spelling" and target not in listed and every.index(target) > place:
                continue
            rows.append((text, target, *found))
    table = pd.DataFrame(rows, columns=["text", "organisation", "reason", "score"])
    table = table.sort_values(["score", "text"], ascending=[False, True], kind="stable")
    return table.drop_duplicates("text", ignore_index=True)


def _alike(text: str, target: str) -> tuple[str, float] | None:
    """Why a name may mean another, and how sure that is."""
    inside = _BRACKETS.match(text.strip())
    if inside and fold(target) in (fold(inside["inner"]), fold(inside["outer"])):
        return "brackets", 100.0
    if _compact(target) in _initials(text):
        return "initials", 95.0
    one, other = fold(text), fold(target)
    if min(len(one), len(other)) < _SHORTEST_SPELLED or one == other:
        return None
    score = max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other))
    return ("spelling", round(float(score), 1)) if score >= _LIKE else None


def _compact(text: str) -> str:
    """An acronym as its letters; ``-`` for what is no acronym."""
    letters = text.replace(".", "").strip()
    return fold(letters) if letters.isupper() and letters.isalpha() else "-"


def _initials(text: str) -> set[str]:
    """Initials of a long name, with and without its small words."""
    words = fold(_outer(text)).split()
    made = {
        "".join(word[0] for word in words),
        "".join(word[0] for word in words if word not in _SMALL_WORDS),
    }
    return {letters for letters in made if len(letters) >= _SHORTEST_ACRONYM}


def _outer(text: str) -> str:
    found = _BRACKETS.match(text.strip())
    return found["outer"] if found else text

"""Headings and values as partners write them, French, English and HXL, and the columns they mean.

A heading that could lead to a person (name, telephone, e-mail) is recognised so
that it can be dropped: no contact column is kept.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from geo import signs
from geo.activities import NUMBER_COLUMNS, PROVIDER_COLUMNS
from geo.headingwords import (
    ANSWERS,
    ASKS_WHETHER_WORKING,
    FUNCTIONALITY_VALUES,
    HEADINGS,
    HXL_TAGS,
    STATUS_VALUES,
)

__all__ = ["FUNCTIONALITY_VALUES", "HEADINGS", "HXL_TAGS", "STATUS_VALUES", "recognise"]

# Attributes that do not narrow a figure.
HXL_PLAIN: Final = frozenset({"ind", "num", "total"})

# Names of the record's own columns; what the store fills is not read from a file.
_OWN_NAMES: Final = frozenset(PROVIDER_COLUMNS) - {"source_id"}
_CURRENCY_END: Final = re.compile(r"_(?:en_)?(?:f?_?cfa|fcfa|xof|eur|euros?|usd|dollars?|mru)$")
# A bracket ends at the next one of either kind: none is looked for again from each of thousands.
_BRACKETED: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# What is longer names no column, only its end after a "/" may; the longest question of a form is shorter.
_LONGEST: Final = 500
# Beginnings of words that together make a column of people.
_STAGES: Final = (
    ("targeted", ("cibl", "prevu", "vise", "target", "planif")),
    ("reached", ("atteint", "touche", "reach", "realis", "benefici")),
)
_WHOM: Final = (
    ("female", ("femme", "female", "women", "feminin")),
    ("male", ("homme", "male", "men", "masculin")),
    ("households", ("menage", "household", "hh")),
    ("groups", ("groupe", "groupement", "group")),
    ("under18", ("enfant", "mineur", "children", "moins", "under", "u18")),
    ("disability", ("handicap", "disab", "invalid")),
)
_PEOPLE_FILL: Final = frozenset(
    ["nombre", "nb", "nbre", "number", "of", "de", "d", "des", "total", "personnes", "people", "individus"]
    + ["direct", "directs", "en", "situation", "avec", "un", "with", "18", "ans", "a", "years"]
)
_AXES: Final = (
    ("longitude", ("_longitude", "_lon", "_long"), {"x", "e", "est", "easting", "east"}),
    ("latitude", ("_latitude", "_lat"), {"y", "n", "nord", "northing", "north"}),
)
# Columns that KoboToolbox and ODK add to every form; start and end are of filling it in.
_KOBO_COLUMNS: Final = {"_uuid": "record_key", "today": "observed_on"}
_KOBO_MARKS: Final = frozenset(
    ["_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by"]
    + ["__version__", "_tags", "_index", "_parent_index", "_parent_table_name", "_xform_id_string"]
    + ["start", "end", "today", "deviceid", "instanceID", "rootUuid", "audit", "_attachments", "formhub/uuid"]
)

# Folded headings that hold a name, a number or an address of a person.
CONTACT_WORDS: Final = (
    "telephone", "phone", "tel", "contact", "email", "e_mail", "courriel", "mail", "whatsapp", "gsm",
    "president", "presidente", "responsable", "point_focal", "focal_point", "username",
    "submitted_by", "deviceid", "phonenumber", "subscriberid", "simserial", "enqueteur", "enumerator",
    "nom_et_prenom", "prenom", "interviewer", "nom_du_chef", "chef_de_village",
)  # fmt: skip

# What people write for "no answer"; the cell is then not reported.
EMPTY_VALUES: Final = frozenset({"", "na", "n_a", "nan", "nr", "n_r", "nd", "n_d", "neant", "null", "none"})


def fold_heading(text: str) -> str:
    """``text`` in lower case without accents, words joined by ``_``.

    >>> fold_heading("Date de début")
    'date_de_debut'
    """
    # œ and æ are letters of their own, which no normal form takes apart.
    plain = signs.decomposed(text.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def _inverted(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words}


def recognise(headings: Iterable[str], *, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Heading of the file for each record column that was recognised.

    Parameters
    ----------
    headings : iterable of str
        As they stand in the file, HXL tags included.
    given : mapping of str to str, optional
        Record column to heading, stated by the user; it wins.

    Returns
    -------
    dict
        Record column to heading. The first heading that means a column is used.
    """
    listed = list(headings)
    kobo = is_kobo(listed)
    found: dict[str, str] = dict(given or {})
    for heading in listed:
        column = _kobo_column(heading) if kobo else None
        column = heading_column(heading, others=listed) if column is None else column
        if column and column not in found and heading not in found.values():
            found[column] = heading
    return found


def heading_column(heading: str, *, others: Iterable[str] = ()) -> str:
    """Return the record column that one heading means, ``""`` where it has none.

    Parameters
    ----------
    heading : str
        With what stands above it before a ``/``: ``Personnes ciblées / Femmes``.
    others : iterable of str
        All headings of the file: ``activites/forage`` beside ``activites`` is an answer of
        that question, no column of its own.

    Examples
    --------
    >>> heading_column("Budget (FCFA)"), heading_column("Personnes ciblées / Femmes")
    ('amount', 'targeted_people_female')
    >>> heading_column("localisation/_gps_latitude")
    'latitude'
    """
    known = _inverted(HEADINGS)
    said = heading if len(heading) <= _LONGEST else ""
    folded = fold_heading(said)
    column = hxl_column(said) or known.get(folded) or (folded if folded in _OWN_NAMES else "")
    bare = _CURRENCY_END.sub("", fold_heading(_BRACKETED.sub(" ", said)))
    column = column or known.get(bare) or _people_column(folded) or _axis_column(folded)
    group, _slash, leaf = heading.rpartition("/")
    if column or not group or group in others:
        return column or ""
    return heading_column(leaf.strip())


def is_kobo(headings: Iterable[str]) -> bool:
    """Whether headings are those of a KoboToolbox or ODK export: two of its own columns at least."""
    return len({heading.rpartition("/")[2].strip() for heading in headings} & _KOBO_MARKS) > 1


def _kobo_column(heading: str) -> str | None:
    """Return what a column of the form itself means, ``""`` for what it only keeps; None for an answer."""
    leaf = heading.rpartition("/")[2].strip()
    return _KOBO_COLUMNS.get(leaf, "" if leaf in _KOBO_MARKS else None)


def _people_column(folded: str) -> str:
    """Column of people that the words of a heading put together: stage, and whom."""
    words = [word for word in folded.split("_") if word not in _PEOPLE_FILL]
    stages = {stage for stage, starts in _STAGES for word in words if word.startswith(starts)}
    whom = {unit for unit, starts in _WHOM for word in words if word.startswith(starts)}
    known = tuple(start for _name, starts in (*_STAGES, *_WHOM) for start in starts)
    if not stages or len(whom) > 1 or not all(word.startswith(known) for word in words):
        return ""
    stage = "targeted" if "targeted" in stages else "reached"
    unit = next(iter(whom), "people")
    return f"{stage}_{unit}" if unit in ("people", "households", "groups") else f"{stage}_people_{unit}"


def _axis_column(folded: str) -> str:
    """Coordinate that a heading ends in (``_gps_latitude``) or that stands beside UTM (``X UTM 30N``)."""
    words = set(folded.split("_"))
    for column, ends, letters in _AXES:
        if folded.endswith(ends) or ("utm" in words and words & letters):
            return column
    return ""


def hxl_column(tag: str) -> str:
    """Return the record column of an HXL tag, ``""`` where it has none; attributes in any order.

    An attribute that is not known narrows a figure (``#reached+hh``), so that it means another column.

    >>> hxl_column("#adm1 +name +fr"), hxl_column("#contact+phone")
    ('provider_adm1_name', '')
    """
    hashtag, *attributes = [part.strip() for part in tag.casefold().split("+")]
    named = {known: column for known, column in HXL_TAGS.items() if known.split("+")[0] == hashtag}
    fitting = [known for known in named if set(known.split("+")[1:]) <= set(attributes)]
    if not fitting:
        return ""
    best = max(fitting, key=lambda known: known.count("+"))
    narrowed = set(attributes) - set(best.split("+")[1:]) - HXL_PLAIN
    return "" if named[best] in NUMBER_COLUMNS and narrowed else named[best]


def contact_headings(headings: Iterable[str]) -> list[str]:
    """Headings that look like a person's name, number or address; these columns are not read.

    >>> contact_headings(["Commune", "Téléphone du président"])
    ['Téléphone du président']
    """
    return [heading for heading in headings if _is_contact(fold_heading(heading))]


def _is_contact(folded: str) -> bool:
    return any(f"_{word}_" in f"_{folded}_" for word in CONTACT_WORDS)


def standard_value(text: str, table: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the standard value of ``text``: ``""`` where nothing is reported, None where it is not known."""
    folded = fold_heading(text)
    if folded in EMPTY_VALUES and folded not in table.get("unknown", ()):
        return ""
    return _inverted(table).get(folded)


def state_words(heading: str) -> Mapping[str, tuple[str, ...]]:
    """Return the words of each state under this heading: yes and no too where it asks whether a work runs.

    >>> "oui" in state_words("Fonctionnel ?")["functional"], "oui" in state_words("État")["functional"]
    (True, False)
    """
    if not ASKS_WHETHER_WORKING.fullmatch(fold_heading(heading)):
        return FUNCTIONALITY_VALUES
    return {name: (*words, *ANSWERS.get(name, ())) for name, words in FUNCTIONALITY_VALUES.items()}


def by_values(
    columns: Mapping[str, str], table: pd.DataFrame, *, given: Iterable[str] = ()
) -> dict[str, str]:
    """Return the columns, a *statut* that says only whether works run taken for their functionality.

    Parameters
    ----------
    columns
        Record column to heading, of :func:`recognise`.
    table : DataFrame of str
        One column a heading.
    given
        Record columns that somebody named: they stay.
    """
    heading = columns.get("activity_status", "")
    if not heading or "functionality" in columns or "activity_status" in set(given):
        return dict(columns)
    cells = {str(cell).strip() for cell in table[heading]} - {""}
    runs = [cell for cell in cells if standard_value(cell, FUNCTIONALITY_VALUES)]
    if not runs or any(standard_value(cell, STATUS_VALUES) for cell in cells):
        return dict(columns)
    return {"functionality" if name == "activity_status" else name: said for name, said in columns.items()}

"""Sources and profiles in the store, and which source stands in for which."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from geo.activities import Scope, Source
from geo.errors import StoreError
from geo.i18n import _
from geo.io.records import read_sources
from geo.store import database
from geo.store.tables import IMPORTS, PROFILES, SOURCES


def as_json(source: Source) -> str:
    """Return a source as text for the store."""
    return json.dumps(dataclasses.asdict(source), ensure_ascii=False)


def from_json(text: str) -> Source:
    """Return the source that :func:`as_json` wrote."""
    values = json.loads(text)
    scope = values.pop("scope", {})
    tuples = {name: tuple(scope.get(name, ())) for name in ("types", "units")}
    return Source(**values, scope=Scope(**(scope | tuples)))


def imported(connection: sa.Connection) -> dict[str, Source]:
    """Return the sources that have an import which stands."""
    standing = sa.select(IMPORTS.c.source_id).where(IMPORTS.c.undone_at == "")
    rows = connection.execute(
        sa.select(SOURCES.c.details).where(SOURCES.c.source_id.in_(standing), SOURCES.c.details != "")
    )
    return {source.source_id: source for source in map(from_json, rows.scalars())}


def known_sources() -> dict[str, Source]:
    """Return every source that is known: shipped, and of imports that stand."""
    shipped = read_sources()
    if not database.exists():
        return shipped
    with database.reading() as connection:
        return {**shipped, **imported(connection)}


def remembered() -> dict[str, Source]:
    """Return every source that was ever named: shipped, imported, of imports that were undone too."""
    if not database.exists():
        return read_sources()
    with database.reading() as connection:
        rows = connection.execute(sa.select(SOURCES.c.details).where(SOURCES.c.details != ""))
        return {**read_sources(), **{one.source_id: one for one in map(from_json, rows.scalars())}}


def switched_off(connection: sa.Connection) -> set[str]:
    """Return the sources that somebody switched off."""
    off = sa.select(SOURCES.c.source_id).where(sa.not_(SOURCES.c.enabled))
    return set(connection.execute(off).scalars())


def switch(source_id: str, *, on: bool, who: str) -> None:
    """Switch a source on or off: its records stay, and count only while it is on.

    Raises
    ------
    StoreError
        If there is no such source.
    """
    with database.writing() as connection:
        known = {*read_sources(), *connection.execute(sa.select(SOURCES.c.source_id)).scalars()}
        if source_id not in known:
            raise StoreError(_("Source inconnue : « {name} ».").format(name=source_id))
        put(connection, source_id, {"enabled": on}, who=who)
        database.note(connection, "source_on" if on else "source_off", who, source_id)


def put(connection: sa.Connection, source_id: str, values: Mapping[str, Any], *, who: str) -> None:
    """Write what is known of a source, whether or not it has a row already."""
    stamped = {**values, "changed_at": database.now(), "changed_by": who}
    changed = connection.execute(
        sa.update(SOURCES).where(SOURCES.c.source_id == source_id).values(stamped)
    ).rowcount
    if not changed:
        connection.execute(sa.insert(SOURCES).values(source_id=source_id, **stamped))


def replaced_ids(source: Source) -> tuple[str, ...]:
    """Return the sources that one says it supersedes."""
    return tuple(part.strip() for part in source.supersedes.split(";") if part.strip())


def stands_in_for(standing: Source, other: Source) -> bool:
    """Whether ``other`` must not count beside ``standing``: derived from it, or superseded by it.

    >>> survey = Source("survey", "", "", "", "", "")
    >>> stands_in_for(survey, Source("counts", "", "", "", "", "", derived_from="survey"))
    True
    """
    if standing.source_id == other.source_id:
        return False
    return other.derived_from == standing.source_id or other.source_id in replaced_ids(standing)


def not_counting(sources: Mapping[str, Source], off: Iterable[str]) -> set[str]:
    """Return the sources that do not count: switched off, or another that counts stands in for them."""
    silent = set(off)
    standing = [source for name, source in sources.items() if name not in silent]
    return silent | {
        other.source_id
        for other in sources.values()
        if any(stands_in_for(source, other) for source in standing)
    }


def completed(source: Source, sources: Mapping[str, Source]) -> Source:
    """Fill what a source leaves open from one that was derived from it, or that it supersedes.

    Counts cannot cover more than the survey they were counted from; what takes the place of a
    source covers what it covered.
    """
    derived = next((one for one in sources.values() if one.derived_from == source.source_id), None)
    if derived is None:
        return _as_the_one_before(source, sources)
    names = "country vintage publisher date licence licence_en attribution caveats caveats_en"
    filled = {name: getattr(source, name) or getattr(derived, name) for name in names.split()}
    scope = source.scope if source.scope != Scope() else derived.scope
    return dataclasses.replace(source, **filled, scope=scope)


def _as_the_one_before(source: Source, sources: Mapping[str, Source]) -> Source:
    """Fill country, vintage and scope from the one source that is superseded: it covers as much."""
    named = [sources[name] for name in replaced_ids(source) if name in sources]
    if len(named) != 1:
        return source
    filled = {name: getattr(source, name) or getattr(named[0], name) for name in ("country", "vintage")}
    scope = source.scope if source.scope != Scope() else named[0].scope
    return dataclasses.replace(source, **filled, scope=scope)


def check_no_circle(source: Source, sources: Mapping[str, Source]) -> None:
    """Refuse sources that replace one another: neither would count.

    Raises
    ------
    StoreError
        If a source that ``source`` supersedes stands in for it.
    """
    for name in replaced_ids(source):
        other = sources.get(name)
        if other is not None and stands_in_for(other, source):
            raise StoreError(
                _("Les sources « {one} » et « {other} » se remplaceraient l'une l'autre.").format(
                    one=source.source_id, other=name
                )
            )


def save_profile(name: str, details: Mapping[str, Any], *, who: str) -> None:
    """Remember how a partner writes its files: columns, type, vintage, source."""
    with database.writing() as connection:
        text = json.dumps(dict(details), ensure_ascii=False)
        stamped = {"details": text, "changed_at": database.now(), "changed_by": who}
        known = sa.update(PROFILES).where(PROFILES.c.name == name).values(stamped)
        if not connection.execute(known).rowcount:
            connection.execute(sa.insert(PROFILES).values(name=name, **stamped))
        database.note(connection, "profile", who, name)


def profiles() -> dict[str, dict[str, Any]]:
    """Return the remembered profiles by name."""
    if not database.exists():
        return {}
    with database.reading() as connection:
        rows = connection.execute(sa.select(PROFILES.c.name, PROFILES.c.details)).all()
    return {name: json.loads(details) for name, details in rows}

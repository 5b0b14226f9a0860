"""What the tests of the meeting pack share: packs of the shipped records, each made once."""

import functools
import io
import os
import re
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pandas as pd
import pypdf

from geo import facts, store
from geo.commands.pack import ready
from geo.facts import Prepared, View
from geo.io.norms import read_not_comparable, read_set
from geo.io.records import read_types
from geo.meeting import Meeting, meeting
from geo.report import pack
from geo.report.pack import Tools
from geo.sharing import READER, share
from tests import strangers
from tests.printed import DAY

REGION, CERCLE = "ML05", "ML0702"  # Mopti with 8 cercles, Bourem with 5 communes


@dataclass(frozen=True)
class Made:
    """A meeting, its files by kind, their names, and the processor time that they took [s]."""

    meeting: Meeting
    files: dict[str, bytes]
    names: dict[str, str]
    seconds: float


@functools.cache
def shipped() -> tuple[Prepared, Tools]:
    return ready()


def asked(prepared: Prepared, unit: str, **view: object) -> Meeting:
    question = View(unit=unit, **view)
    return meeting(prepared, question, norm_set=read_set(), not_comparable=read_not_comparable())


def made(prepared: Prepared, tools: Tools, unit: str, **view: object) -> Made:
    started = time.process_time()
    found = asked(prepared, unit, **view)
    files, names = {}, {}
    for kind, name, content in pack.files(found, tools, day=DAY):
        files[kind], names[kind] = content, name
    return Made(found, files, names, time.process_time() - started)


@functools.cache
def pack_of(unit: str) -> Made:
    return made(*shipped(), unit)


def named_like_markup(texts: Sequence[str]) -> tuple[Prepared, Tools]:
    """The shipped records and one more for each text, whose organisations and sources are named so."""
    prepared, tools = shipped()
    held = store.load(prepared.frame.boundaries)
    committee = held.records[held.records["activity_type"] == "peace_committee"].iloc[:1]
    place = {"place_set": CERCLE, "adm1_pcode": "ML07", "adm2_pcode": CERCLE, "adm3_pcode": ""}
    placed = committee.assign(**place, precision="cercle", outcome="placed", quantity=1.0)
    rows = [placed.assign(implementing_org=text, donor=text, partner_orgs=text) for text in texts]
    shared = share(pd.concat([held.records, *rows], ignore_index=True), READER, types=read_types())
    sources = {
        name: replace(source, title=f"{texts[1]} {source.title}", attribution=texts[0], caveats=texts[2])
        for name, source in held.sources.items()
    }
    people = prepared.population
    again = facts.prepare(shared, prepared.frame, types=read_types(), sources=sources, people=people)
    return again, tools


@functools.cache
def pack_of_strangers() -> Made:
    """The pack of a region of which every text is markup: of units, people and norms too."""
    with TemporaryDirectory() as folder, mock.patch.dict(os.environ, COUVERTURE_HOME=folder):
        strangers.fill(Path(folder))
        return made(*ready(), "ML07")


def plain(text: str) -> str:
    """Text with every blank but the narrow one as one space."""
    return re.sub(r"[ \n\xa0]+", " ", text)


@functools.lru_cache(maxsize=8)
def pdf_pages(content: bytes) -> list[str]:
    return [plain(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def unpacked(content: bytes) -> list[bytes]:
    """The bytes of a file, and of what is packed in it: parts of a ZIP, streams of a PDF."""
    found = [content]
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                found += unpacked(archive.read(name))
    if content[:4] == b"%PDF":
        reader = pypdf.PdfReader(io.BytesIO(content))
        for page in reader.pages:
            found += [page.extract_text().encode(), page.get_contents().get_data()]
        found.append(repr(reader.metadata).encode())
    return found

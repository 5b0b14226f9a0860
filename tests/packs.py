"""What the tests of the meeting pack share: packs of the shipped records, each made once."""

import functools
import io
import re
import time
import zipfile
from dataclasses import dataclass

import pypdf

from geo.commands.pack import ready
from geo.facts import Prepared, View
from geo.io.norms import read_not_comparable, read_set
from geo.meeting import Meeting, meeting
from geo.report import pack
from geo.report.pack import Tools
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

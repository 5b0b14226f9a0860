"""Things installed by name in the user's folder, each with its papers, one of them in use."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geo import settings
from geo.errors import CouvertureError
from geo.headings import fold_heading
from geo.i18n import _
from geo.io.folders import changing, read_object, write_folders, write_text_at_once
from geo.signs import tidied_texts

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Shelf:
    """One folder of things of a kind.

    Attributes
    ----------
    kind : str
        Name of the folder in the user's own.
    fault : type
        Kind of the errors that are the same on every shelf.
    papers : mapping
        What the papers of each thing say, and of what type.
    unknown : callable
        Error for a name that is not there, from the name and the names that are.
    unusable : callable
        Error for a name that cannot be one.
    damaged : callable
        Error for something that cannot be read, from its name.
    """

    kind: str
    fault: type[CouvertureError]
    papers: Mapping[str, type]
    unknown: Callable[[str, list[str]], CouvertureError]
    unusable: Callable[[str], CouvertureError]
    damaged: Callable[[str], CouvertureError]

    @property
    def folder(self) -> Path:
        """Folder of everything of this kind."""
        return settings.home() / self.kind

    def names(self) -> list[str]:
        """Names of what is installed."""
        return sorted(path.parent.name for path in self.folder.glob("*/about.json"))

    def in_use(self) -> str:
        """Name of what is in use, ``""`` where nothing is.

        Raises
        ------
        CouvertureError
            If the file that says so cannot be read.
        """
        path = self.folder / "in_use"
        try:
            name = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
        except (OSError, ValueError) as error:
            text = _("{file} est illisible : supprimez-le, puis refaites le choix.")
            raise self.fault(text.format(file=path)) from error
        return name if name in self.names() else ""

    def use(self, name: str) -> None:
        """Use what is installed under a name, nothing for ``""``.

        Raises
        ------
        CouvertureError
            If there is none of that name, or the folder cannot be written.
        """
        with changing(self.folder, self.fault):
            if name and name not in self.names():
                raise self.unknown(name, self.names())
            self._choose(name)

    def _choose(self, name: str) -> None:
        write_text_at_once(self.folder / "in_use", name)

    def about(self, name: str) -> dict[str, Any]:
        """Papers of what is installed under a name.

        Raises
        ------
        CouvertureError
            If they are damaged.
        """
        try:
            return read_object(self.folder / name / "about.json", self.papers)
        except (OSError, ValueError) as error:
            raise self.damaged(name) from error

    def name_for(self, path: Path, name: str) -> str:
        """Return the name asked for, else one made from the file's.

        Raises
        ------
        CouvertureError
            If it cannot be a name.
        """
        chosen = name or re.sub(r"[^a-z0-9]+", "_", fold_heading(path.stem)).strip("_") or self.kind
        if not NAME.fullmatch(chosen):
            raise self.unusable(chosen)
        return chosen

    def put(self, name: str, papers: Mapping[str, Any], write: Callable[[Path], None]) -> None:
        """Install something whole or not at all, and use it.

        Parameters
        ----------
        write : callable
            Fills the folder that it is given.

        Raises
        ------
        CouvertureError
            If the folder cannot be written.
        """

        def fill(folder: Path) -> None:
            write(folder)
            told = json.dumps(tidied_texts(papers), ensure_ascii=False, indent=1)
            (folder / "about.json").write_text(told, encoding="utf-8")

        with changing(self.folder, self.fault):
            write_folders(self.folder, {name: fill})
            self._choose(name)

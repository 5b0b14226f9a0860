"""What a database fails at, in one line that a user can act on."""

import re
from typing import Final

from sqlalchemy import exc

from geo.errors import StoreError
from geo.i18n import _

# Part of what a driver says -> what the user reads. The first that is found is said.
_FAULTS: Final = (
    ("disk is full", "full"),
    ("no space left", "full"),
    ("could not extend file", "full"),
    ("disk i/o error", "disk"),
    ("readonly", "readonly"),
    ("read-only", "readonly"),
    ("unable to open database", "readonly"),
    ("permission denied", "readonly"),
    ("malformed", "corrupt"),
    ("not a database", "corrupt"),
    ("database is locked", "locked"),
    ("lock timeout", "locked"),
    ("starting up", "gone"),
    ("shutting down", "gone"),
    ("terminating", "gone"),
    # The server answers, in its own words: no such database, no such user, a wrong password.
    ("fatal:", "refused"),
    ("connection", "gone"),
    ("server closed", "gone"),
    # Said when what a cut connection began is taken back: its answer never came.
    ("another command is already in progress", "gone"),
)


def kind(error: exc.DBAPIError) -> str:
    """Return what a database fails at, a name of :func:`fault`; ``""`` for anything else."""
    said = str(error.orig).lower()
    return next((kind for part, kind in _FAULTS if part in said), "")


def told(error: exc.DBAPIError, store: str, *, of_jobs: bool = False) -> StoreError:
    """Return the error of a database as one that is shown, see :func:`fault`."""
    said = str(error.orig)
    # Behind every address of the server that was tried stands what the server said.
    refused = re.search(r"FATAL:\s+(.+)", said)
    why = refused[1] if refused else said.strip().splitlines()[0]
    return fault(kind(error), store, why=why, of_jobs=of_jobs)


def fault(kind: str, store: str, *, why: str = "", of_jobs: bool = False) -> StoreError:
    """Return what is shown of a fault.

    Parameters
    ----------
    store
        The file or the server, without a password.
    of_jobs
        Whether it is the file of jobs, which no backup holds: nothing but progress is in it.
    """
    words = {
        "full": _("{store} : plus de place sur le disque ; rien n'a été enregistré. Libérez de la place."),
        "disk": _(
            "{store} : le disque refuse, il est plein ou ce n'est pas un fichier ; rien n'a été enregistré."
            " Libérez de la place."
        ),
        "readonly": _("{store} : impossible d'écrire ici ; rien n'a été enregistré. Vérifiez les droits."),
        "corrupt": _(
            "{store} : fichier endommagé. Mettez-le de côté puis restaurez une sauvegarde (restore)."
        ),
        "locked": _("{store} : un autre import est en cours ; rien n'a été enregistré. Réessayez ensuite."),
        "gone": _("{store} : la base de données ne répond pas ; rien n'a été enregistré."),
        "away": _("{store} : le fichier a été retiré pendant l'écriture ; rien n'a été enregistré."),
    }
    text = words.get(kind, _("{store} : la base de données a refusé ({why}) ; rien n'a été enregistré."))
    if of_jobs and kind == "corrupt":
        text = _("{store} : fichier endommagé. Supprimez-le : il ne contient que l'avancement des imports.")
    return StoreError(text.format(store=store, why=why))

"""The exceptions raised on purpose. Each message says what, where and what to do.

Faults in data (a row without a position, a name that matches nothing) are not
errors: they are returned in the accounting and in the problem list.
"""

import traceback

from geo.i18n import _


class CouvertureError(Exception):
    """Base of every error that a user can act on; the command line prints it as one line."""


class BoundaryFileError(CouvertureError):
    """A boundary file was refused; nothing was changed."""


class DiskError(BoundaryFileError):
    """The disk takes nothing, or another installation has it: no fault of the file; nothing was changed."""


class PopulationFileError(CouvertureError):
    """A population table was refused; nothing was changed."""


class RecordFileError(CouvertureError):
    """A file of records could not be read at all."""


class SettingsError(CouvertureError):
    """A settings file (types, sources, norms) holds a value that cannot be used."""


class AccessError(CouvertureError):
    """The settings of access are not understood, or a role does not allow what is asked; nothing was done."""


class BasemapSourceError(CouvertureError):
    """A source of the base map is missing or is not what it should be; nothing was written."""


class ViewError(CouvertureError):
    """What is asked for does not exist: a type, a unit, a kind of file; nothing was written."""


class StoreError(CouvertureError):
    """The database of records cannot be used, or refuses what is asked; nothing was changed."""


class NetworkError(CouvertureError):
    """Nothing answers, or what answers is not what was asked for; nothing was changed."""


class NoNetworkError(NetworkError):
    """The service does not answer at all: asking it for something else would only take time."""


class EngineError(CouvertureError):
    """Those who were to work through a large file cannot be reached, or are lost; nothing was written."""


class AlreadyDecidedError(StoreError):
    """A decision on these rows stands: another was quicker, or a button was pressed twice."""


def out_of_memory(error: MemoryError) -> str:
    """Return what a user is told when memory runs out, and let go of what the fault keeps alive."""
    # The frames of the trace still hold the frames of data that did not fit beside the next one.
    traceback.clear_frames(error.__traceback__)
    return _(
        "Mémoire insuffisante ; rien n'a été enregistré. Partagez le fichier ou réduisez la demande, puis "
        "réessayez."
    )

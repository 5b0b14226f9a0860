"""Who works through the chunks of a large file: the workers of a Dask scheduler, in the order of the file.

Dask is an extra (requirements-dask.txt). A worker needs the same program and the same boundaries; it needs
no file: chunks are sent to it, and what became of them comes back.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pandas as pd

from geo.errors import CouvertureError, EngineError
from geo.i18n import _
from geo.store.large import Engine, Part

# How long a scheduler is given to answer, and workers to come or to come back [s].
SECONDS_TO_CONNECT: Final = 10.0
SECONDS_WITHOUT_WORKERS: Final = 60.0
# Chunks under way for each worker: one that is worked on, one that waits.
_AHEAD: Final = 2
_LOOK_SECONDS: Final = 5.0
# A chunk whose worker is lost goes to another; one that has cost so many workers is given up.
_RETRIES: Final = 3


@contextlib.contextmanager
def dask(scheduler: str = "") -> Iterator[Engine]:
    """Give the engine of a scheduler, or of workers on this machine where no address is given.

    Parameters
    ----------
    scheduler : str
        Address as ``tcp://host:8786``.

    Raises
    ------
    EngineError
        If Dask is not installed, the scheduler does not answer, or its workers are gone.
    """
    try:
        import distributed  # noqa: PLC0415 - the extra
    except ImportError as error:
        raise EngineError(
            _("Dask n'est pas installé : pip install -r requirements-dask.txt, ou --engine plain.")
        ) from error
    with contextlib.ExitStack() as stack:
        if not scheduler:
            made = distributed.LocalCluster(threads_per_worker=1, dashboard_address=None)
            cluster = stack.enter_context(made)
        client = stack.enter_context(_client(scheduler or cluster))
        yield lambda work, chunks: _in_order(client, work, chunks)


def _client(where: Any) -> Any:
    import distributed  # noqa: PLC0415 - the extra

    try:
        if isinstance(where, str):
            _greet(where)
        return distributed.Client(where, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    # No certificate for an address that wants one is a fault of type there.
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(
            _("Ordonnanceur Dask {address} : il ne répond pas. Vérifiez l'adresse et qu'il tourne.").format(
                address=where
            )
        ) from error


def _greet(address: str) -> None:
    """Reach the scheduler once: a client that is given no address at all is half made, and never closes."""
    from distributed import Security  # noqa: PLC0415 - the extra
    from distributed.comm.core import connect  # noqa: PLC0415

    async def greeting() -> None:
        options = Security().get_connection_args("client")
        reached = await connect(address, timeout=SECONDS_TO_CONNECT, **options)
        await reached.close()

    # Of its own: whoever calls may already be in a loop, as in a notebook.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(greeting())).result()


def _in_order(
    client: Any, work: Callable[[pd.DataFrame], Part], chunks: Iterable[pd.DataFrame]
) -> Iterator[Part]:
    under_way: deque[Any] = deque()
    with _told():
        for chunk in chunks:
            # Asked each time: workers come and go.
            if len(under_way) >= _AHEAD * max(1, _workers(client)):
                yield _result(client, under_way.popleft())
            under_way.append(client.submit(work, chunk, pure=False, retries=_RETRIES))
        while under_way:
            yield _result(client, under_way.popleft())


def _result(client: Any, future: Any) -> Part:
    """Wait for one chunk as long as there is somebody to work on it."""
    last_seen = time.monotonic()
    while True:
        try:
            return future.result(timeout=_LOOK_SECONDS)
        except TimeoutError:
            if _workers(client):
                last_seen = time.monotonic()
            elif time.monotonic() - last_seen > SECONDS_WITHOUT_WORKERS:
                raise EngineError(
                    _("Dask : plus aucun ouvrier depuis {n} s ; rien n'a été écrit. Relancez-les.").format(
                        n=int(SECONDS_WITHOUT_WORKERS)
                    )
                ) from None


def _workers(client: Any) -> int:
    if client.status != "running":
        raise ConnectionError(client.status)
    return len(client.scheduler_info(n_workers=-1).get("workers", ()))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    from distributed import KilledWorker  # noqa: PLC0415 - the extra
    from distributed.client import FutureCancelledError  # noqa: PLC0415

    try:
        yield
    except CouvertureError:
        raise
    except KilledWorker as error:
        raise EngineError(
            _("Dask : un morceau a fait tomber plusieurs ouvriers (mémoire ?) ; rien n'a été écrit.")
        ) from error
    except (OSError, FutureCancelledError) as error:
        raise EngineError(
            _("Ordonnanceur Dask : la liaison est perdue ; rien n'a été écrit. Relancez-le, puis réessayez.")
        ) from error

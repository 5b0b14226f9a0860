"""Connections to PostgreSQL: how long one that says nothing is waited for, what it is told."""

import selectors
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc

# How long a server that answers nothing is waited for [s]: a reader waits so long, once in a while.
ANSWER_SECONDS: Final = 10


def engine(address: sa.URL) -> sa.Engine:
    """Return an engine whose kept connections are tried before they are used."""
    waits = {
        "connect_timeout": ANSWER_SECONDS,
        # A machine that lost its power says no goodbye: what was sent and not received ends the wait,
        # and so does silence while an answer is awaited. Systems that do not know the first pass it over.
        "tcp_user_timeout": 1000 * ANSWER_SECONDS,
        "keepalives_idle": ANSWER_SECONDS,
        "keepalives_interval": 5,
        "keepalives_count": 2,
    }
    made = sa.create_engine(address, connect_args=waits)
    sa.event.listen(made, "connect", _set_up)
    sa.event.listen(made, "checkout", _try)
    return made


def _set_up(connection: psycopg.Connection, _record: Any) -> None:
    # The same for the server: else it would keep what a lost machine was writing, and the only
    # writer's lock, for two hours.
    connection.execute(
        "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"
    )
    connection.commit()


def _try(connection: psycopg.Connection, _record: Any, _proxy: Any) -> None:
    """Refuse a kept connection that is cut, or silent: a new one is made in its place.

    SQLAlchemy's own ``pool_pre_ping`` waits for as long as a server says nothing at all.
    """
    if not _answers(connection.pgconn):
        # All that are kept go to the same server.
        raise exc.InvalidatePoolError(f"no answer within {ANSWER_SECONDS} s")


def _answers(connection: psycopg.pq.abc.PGconn) -> bool:
    try:
        connection.send_query(b"")
        connection.flush()
        with selectors.DefaultSelector() as answer:
            answer.register(connection.socket, selectors.EVENT_READ)
            if not answer.select(ANSWER_SECONDS):
                return False
        while result := connection.get_result():
            if result.status == psycopg.pq.ExecStatus.FATAL_ERROR:
                return False
    except psycopg.Error:
        return False
    return True

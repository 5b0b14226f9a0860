"""Alembic's steps from one version of the tables to the next, run without a file ``env.py``."""

from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

# The newest step; a test holds it to what lies in the folder.
HEAD: Final = "0004"
# Before the first step: no tables.
BASE: Final = "base"


def current(connection: sa.Connection) -> str:
    """Return the version of the tables in this database, ``""`` where there are none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def migrate(connection: sa.Connection, revision: str = HEAD) -> None:
    """Bring the tables to a version, inside the transaction that is open.

    Alembic is imported here: a store that is up to date never pays for it.
    """
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)

    held = current(connection)
    downwards = bool(held) and (revision == BASE or revision < held)

    def steps(heads: Any, _context: Any) -> Any:
        walk = script._downgrade_revs if downwards else script._upgrade_revs
        return walk(revision, heads)

    with EnvironmentContext(config, script, fn=steps) as environment:
        # The caller's transaction stays the only one: the tables are whole or absent.
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()

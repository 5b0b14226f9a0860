"""The command line: ``python -m geo COMMAND``. French by default, ``COUVERTURE_LANG=en`` for English."""

import argparse
import importlib
import os
import pkgutil
import sys

from geo import __version__, acts, commands
from geo.errors import CouvertureError, out_of_memory
from geo.i18n import LANGUAGE_VARIABLE, _, set_language


def parser() -> argparse.ArgumentParser:
    """Return the parser with one subcommand for each module of :mod:`geo.commands`."""
    root = argparse.ArgumentParser(prog="python -m geo", description=_("Couverture en ligne de commande."))
    root.add_argument("--version", action="version", version=f"couverture {__version__}")
    subparsers = root.add_subparsers(dest="command", required=True)
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        importlib.import_module(f"geo.commands.{module.name}").add(subparsers)
    return root


def main(argv: list[str] | None = None) -> int:
    """Run one command; a fault the user can act on is one line on standard error and exit code 2."""
    set_language(os.environ.get(LANGUAGE_VARIABLE, ""))
    acts.act_as(os.environ.get(acts.ROLE_VARIABLE, "") or acts.MACHINE)
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:
        # The reader of a pipe (head, less) has seen enough; what is left of the output goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CouvertureError as error:
        print(error, file=sys.stderr)
        return 2
    except MemoryError as error:
        print(out_of_memory(error), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

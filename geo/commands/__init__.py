"""The subcommands of ``python -m geo``: one module each, with ``add(subparsers)``.

Each ``add`` registers its parser and sets ``run`` (a function of the parsed
arguments that returns the exit code). Heavy imports stay inside ``run``.
"""

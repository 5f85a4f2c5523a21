"""Command line of taps and targets."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Literal, NamedTuple


class Arguments(NamedTuple):
    """What a connector is started with."""

    config: tuple[str, ...] = ()
    catalog: str = ""
    state: str = ""
    input: str = ""
    discover: bool = False
    discover_first: str = ""
    test: bool = False
    about: bool = False
    format: str = "text"


def parse_arguments(
    name: str, version: str, kind: Literal["tap", "target"], argv: Sequence[str]
) -> Arguments:
    """Parse the command line. Prints and exits for `--help`, `--version` and wrong usage."""
    parser = argparse.ArgumentParser(prog=name, allow_abbrev=False)
    add = parser.add_argument
    add("--version", action="version", version=f"{name} {version}")
    add("--about", action="store_true", help="show settings and capabilities")
    add("--format", choices=("text", "json", "markdown"), default="text", help="format of --about")
    add("--config", action="append", default=[], metavar="FILE", help="JSON file of settings")
    add("--test", action="store_true", help="test the connection")
    if kind == "tap":
        add("--discover", action="store_true", help="print the catalog")
        add(
            "--discover-first",
            default="",
            metavar="FILE",
            help="write the catalog to a file, and wait for a line on stdin before the run",
        )
        add(
            "--catalog", "--properties", default="", metavar="FILE", help="JSON file of the catalog"
        )
        add("--state", default="", metavar="FILE", help="JSON file of the saved state")
    else:
        add("--input", default="", metavar="FILE", help="read messages from a file, not from stdin")
    given = vars(parser.parse_args(argv))
    return Arguments(**{**given, "config": tuple(given["config"])})

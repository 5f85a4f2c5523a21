"""Options of a connector image, `docker run IMAGE --help`."""

from __future__ import annotations

import argparse
from typing import NoReturn

from . import VERSION
from .codes import USAGE, RunnerError
from .connector import Connector
from .image_help import epilog


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise RunnerError(USAGE, f"{message} (see docker run IMAGE --help)")


def parser(connector: Connector) -> argparse.ArgumentParser:
    """Reads the options that the image of a connector has."""
    options = _Parser(
        prog=f"docker run [OPTIONS] {connector.name.upper()}",
        usage=_usage(connector),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        description=f"{connector.name} {connector.version}, a Singer {connector.kind}.",
        epilog=epilog(connector),
    )
    options.add_argument(
        "--version",
        action="version",
        version=f"{connector.name} {connector.version} (singer-runner {VERSION})",
    )
    options.add_argument(
        "--about", action="store_true", help="print the connector's description as JSON"
    )
    options.add_argument(
        "--sbom", action="store_true", help="print what the image consists of, as CycloneDX JSON"
    )
    if connector.kind == "tap":
        options.add_argument(
            "--stdout",
            action="store_true",
            help="write records to stdout, for a target's docker run -i",
        )
        found = "print the catalog" if connector.flags.discover else argparse.SUPPRESS
        options.add_argument("--discover", action="store_true", help=found)
    else:
        options.add_argument("--input", metavar="F", help="the tap's output; - reads stdin")
    options.add_argument("--config", metavar="F", help="settings, instead of a mounted config.json")
    options.add_argument("--catalog", metavar="F", help="instead of a mounted catalog.json")
    options.add_argument("--state", metavar="F", help="instead of a mounted state.json")
    return options


def _usage(connector: Connector) -> str:
    discover = " | --discover" if connector.flags.discover else ""
    flags = f"[--stdout{discover}]" if connector.kind == "tap" else "[--input F]"
    interactive = "" if connector.kind == "tap" else "[-i] "
    return f"docker run {interactive}[-e SETTING=VALUE]... [-v VOLUME:/singer] IMAGE {flags}"

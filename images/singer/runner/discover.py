"""discover: writes the catalog of a tap."""

from __future__ import annotations

import os
from typing import Optional

from .codes import OK, USAGE, RunnerError
from .discovery import run_discovery
from .files import write_atomic, write_json
from .lossless import encode
from .session import Session
from .stored_catalog import catalog_to_store
from .tap_config import prepare_config


def discover(session: Session) -> tuple[int, Optional[str]]:
    """Exit code and error of a discovery."""
    tap = session.connector("tap")
    if not tap.flags.discover:
        raise RunnerError(USAGE, f"{tap.name} does not support --discover")
    config = prepare_config(session, tap)
    catalog = run_discovery(session, tap, config)
    if session.args.stored:
        text = catalog_to_store(session, tap, config.given, catalog)
        write_atomic(session.args.stored, text)
    if session.args.output == "-":
        os.write(1, encode(catalog, indent=2) + b"\n")
    else:
        write_json(session.args.output, catalog)
    return OK, None

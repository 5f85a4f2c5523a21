"""discover: writes the catalog of a tap."""

from __future__ import annotations

import os
from typing import Optional

from .codes import OK, USAGE, RunnerError
from .files import write_json
from .lossless import encode
from .session import Session
from .stored_catalog import store_catalog
from .tap import prepare_config, run_discovery


def discover(session: Session) -> tuple[int, Optional[str]]:
    """Exit code and error of a discovery."""
    tap = session.connector("tap")
    if not tap.flags.discover:
        raise RunnerError(USAGE, f"{tap.name} does not support --discover")
    overlay, flags = prepare_config(session, tap)
    catalog = run_discovery(session, tap, flags, overlay)
    if session.args.stored:
        store_catalog(session, tap, catalog, session.args.stored)
    if session.args.output == "-":
        os.write(1, encode(catalog, indent=2) + b"\n")
    else:
        write_json(session.args.output, catalog)
    return OK, None

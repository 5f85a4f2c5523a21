"""The catalog that an earlier discovery stored, so that not every run discovers again."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timezone
from typing import Any, NamedTuple, Optional, Union

from .catalog import entries
from .codes import RunnerError
from .connector import Connector
from .files import read_list, read_object, write_json
from .lossless import encode
from .masking import likely_secrets
from .session import Session

_TIME = "%Y-%m-%dT%H:%M:%SZ"


class StoredCatalog(NamedTuple):
    """A catalog that fits this run."""

    catalog: dict[str, Any]
    discovered: str
    """When it was discovered, as in RFC 3339."""


def store_catalog(session: Session, tap: Connector, catalog: dict[str, Any], path: str) -> None:
    """Writes a catalog as the tap discovered it, with what it belongs to."""
    now = datetime.now(timezone.utc).strftime(_TIME)
    write_json(
        path, {"version": 1, "discovered": now, **_belongs_to(session, tap), "catalog": catalog}
    )


def stored_catalog(session: Session, tap: Connector) -> Optional[StoredCatalog]:
    """The stored catalog, if it is of this tap version, source and settings and young enough."""
    args = session.args
    path = args.stored_catalog
    # A first attempt may have failed because the source has changed.
    if not path or args.attempt or not os.path.exists(path):
        return None

    found = _read(session, tap, path)
    if isinstance(found, str):
        session.log.line("runner", f"the stored catalog is not used: {found}")
        return None
    session.log.line("runner", f"uses the catalog that was discovered {found.discovered}")
    return found


def _read(session: Session, tap: Connector, path: str) -> Union[StoredCatalog, str]:
    """The stored catalog, or why this run does not use it."""
    try:
        found = read_object(path, "stored catalog")
        entries(found.get("catalog"), "its catalog")
    except RunnerError as error:
        return str(error)
    discovered = str(found.get("discovered"))
    age = _age(discovered)
    if age is None:
        return "it has no time"
    for what, now in _belongs_to(session, tap).items():
        if found.get(what) != now:
            return f"it was discovered {discovered} with {_WORDS[what]}"
    longest = session.args.catalog_max_age
    if longest and age > longest:
        return f"it was discovered {discovered}, longer ago than its maxAge"
    return StoredCatalog(found["catalog"], discovered)


_WORDS = {
    "tap": "another tap or version",
    "source": "another source",
    "settings": "other settings",
}


def _belongs_to(session: Session, tap: Connector) -> dict[str, Any]:
    args = session.args
    path = getattr(args, "identity", None)
    identity = read_object(path, "identity") if path and os.path.exists(path) else {}
    return {
        "tap": f"{tap.name} {tap.version}",
        "source": identity.get("source"),
        "settings": _fingerprint(session, tap),
    }


def _fingerprint(session: Session, tap: Connector) -> str:
    """A digest of the tap's settings without secrets, which rotate."""
    config = session.config(tap)
    listed = session.args.tap_secrets
    if listed:
        paths = read_list(listed, "list of secrets")
        secret = {path[0] for path in paths if isinstance(path, list) and path}
    else:
        secret = {name for name in config if likely_secrets({name: config[name]})}
    known = {name: config[name] for name in sorted(config) if name not in secret}
    return hashlib.sha256(encode(known)).hexdigest()[:16]


def _age(discovered: str) -> Optional[float]:
    try:
        then = datetime.strptime(discovered, _TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return (datetime.now(timezone.utc) - then).total_seconds()

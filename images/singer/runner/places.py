"""Default file locations for a request: below its directory, SINGER_DIR or /singer."""

from __future__ import annotations

import os
from typing import Any, Optional

TABLE = """files that a request does not name, below its directory (SINGER_DIR, /singer):
  connector.json           what the connector is, else that of the image
                           (stream: tap-connector.json, target-connector.json)
  config/tap-config.json   the tap's configuration (target-config.json the target's), else
  config/config.json       that of either, else the environment: START_DATE for start_date
  config/tap-secrets.json  paths of secret settings (target-secrets.json), else config/secrets.json
  config/catalog.json      the catalog a tap gets
  config/select.json       selection rules, when there is no catalog
  config/rules.json        options of streams, such as masks
  config/mask-salt         the secret salt of masked values
  config/initial-state.json  the state to start from, if none is saved
  state/state.json         the saved state
  identity.json            which pipeline, tap, source, target and destination this run is of
  extract.jsonl            what the tap sent (a target reads stdin without it)
  output/                  where a target writes files, if the directory exists
  catalog.json, candidate.json, overlay.json, result.json   what the runner leaves"""


def directory() -> str:
    """The default directory of a request."""
    return os.environ.get("SINGER_DIR", "/singer")


def described(base: str) -> str:
    """The connector description: below `base`, else the image's, beside the runner."""
    own = os.path.join(base, "connector.json")
    of_image = os.path.join(
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "connector.json"
    )
    return of_image if os.path.exists(of_image) and not os.path.exists(own) else own


def fill_in(args: Any) -> None:
    """Sets the default path of every file that the request does not name."""
    args.directory = args.directory or directory()
    command, base = args.command, args.directory
    usable = not args.standalone and os.path.isdir(base) and os.access(base, os.W_OK)

    def default(name: str, path: Optional[str]) -> None:
        if hasattr(args, name) and getattr(args, name) is None:
            setattr(args, name, path)

    def first(*names: str) -> Optional[str]:
        paths = [os.path.join(base, *name.split("/")) for name in names]
        return next((path for path in paths if os.path.exists(path)), None)

    def written(name: str) -> Optional[str]:
        return os.path.join(base, name) if usable else None

    for kind in ("tap", "target"):
        own = f"{kind}-connector.json" if command == "stream" else "connector.json"
        default(
            f"{kind}_connector",
            described(base) if own == "connector.json" else os.path.join(base, own),
        )
        for what in ("config", "secrets"):
            names = [f"config/{kind}-{what}.json"] + (
                [] if command == "stream" else [f"config/{what}.json"]
            )
            default(f"{kind}_{what}", first(*names))
    catalogs = ["config/catalog.json"]
    default("catalog", first("catalog.json", *catalogs) if command == "load" else first(*catalogs))
    default("select", first("config/select.json"))
    default("rules", first("config/rules.json"))
    default("mask_salt", first("config/mask-salt"))
    default("state", os.path.join(base, "state", "state.json"))
    default("initial_state", first("config/initial-state.json"))
    if hasattr(args, "state"):
        args.state = _state_in_force(args)
    default("identity", first("identity.json"))
    default("input", first("extract.jsonl") or "-")
    default(
        "output", os.path.join(base, "catalog.json" if command == "discover" else "extract.jsonl")
    )
    default("output_directory", first("output"))
    for name in ("candidate", "overlay", "result"):
        default(name, written(f"{name}.json"))


def _state_in_force(args: Any) -> Optional[str]:
    """The saved state; else, if none was ever saved, the state of the former name; else the initial state."""
    saved: Optional[str] = args.state
    former: Optional[str] = args.former_state
    initial: Optional[str] = args.initial_state
    if saved and os.path.exists(saved):
        return saved
    kept = args.former_unless
    was_reset = bool(kept) and os.path.isdir(kept) and bool(os.listdir(kept))
    if former and not was_reset and os.path.exists(former):
        return former
    return initial or saved

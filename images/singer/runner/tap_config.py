"""The configuration that a tap is started with."""

from __future__ import annotations

from typing import Any, NamedTuple

from .connector import Connector
from .lineage_facts import source
from .masking import leaves
from .overlay import OverlayWatch, apply_overlay
from .session import Session


class TapConfig(NamedTuple):
    """The private, watched copy of a tap's configuration."""

    given: dict[str, Any]
    """The configuration of the pipeline, without the settings of this run."""
    used: dict[str, Any]
    """The configuration that the tap gets."""
    overlay: OverlayWatch
    flags: list[str]
    """What passes the copy to the tap."""


def prepare_config(session: Session, tap: Connector) -> TapConfig:
    """Writes the private copy of the configuration, with the settings of this run and the tap's own changes."""
    path = session.args.overlay
    given = session.config(tap)
    base = {**given, **getattr(session.args, "settings", {})}
    config = apply_overlay(path, base, session.warn) if path else base
    source(session, tap, config)
    session.masker.add(
        [text for name in config if config[name] != base.get(name) for text in leaves(config[name])]
    )
    private = session.private_file("config.json", config)
    watch = OverlayWatch(private, path, base, config, session.masker.add)
    return TapConfig(given, config, watch, ["--config", private] if tap.flags.config else [])

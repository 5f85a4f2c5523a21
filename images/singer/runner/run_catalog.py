"""The catalog of a run: given, stored or discovered, with the streams of the pipeline selected."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

from .catalog import entries
from .codes import USAGE, RunnerError
from .connector import Connector
from .files import read_json, read_list, write_atomic
from .rules import Options
from .selection import check_rule, select
from .session import Session
from .slots import keeps_positions, key_by_position
from .stored_catalog import Catalog, catalog_to_store, still_fits, stored_catalog
from .tap_config import TapConfig


def run_catalog(
    session: Session,
    tap: Connector,
    config: TapConfig,
    options: list[Options],
    discover: Callable[[], Catalog],
) -> Optional[Catalog]:
    """The catalog for the tap, if it is given one or the pipeline selects streams.

    `discover` runs the discovery of the tap.
    """
    args = session.args
    if args.catalog:
        catalog: Catalog = read_json(args.catalog, "catalog", constants=True)
        entries(catalog, f"catalog {args.catalog}")
        if tap.flags.catalog == "none":
            session.warn(f"{tap.name} does not accept a catalog: it decides what it sends")
        return catalog
    if not args.select:
        return None
    rules = read_list(args.select, "selection")
    if not tap.flags.discover or tap.flags.catalog == "none":
        if _only_options(rules, options):
            return None
        raise RunnerError(
            USAGE,
            f"{tap.name} cannot select streams: it has no "
            + ("--discover" if not tap.flags.discover else "--catalog"),
        )
    stored = stored_catalog(session, tap, config.given)
    # The attempt before may have failed because the source has changed.
    if stored and not args.attempt:
        try:
            return _selected(session, tap, config, stored, rules)
        except RunnerError as error:
            # The source may have new streams.
            session.log.line("runner", f"discovers again: in the stored catalog, {error}")
            stored = None
    found = discover()
    if stored and still_fits(stored, found, rules):
        session.log.line(
            "runner", "uses the stored catalog: the source still has everything that is selected"
        )
        return _selected(session, tap, config, stored, rules)
    return _discovered(session, tap, config, found, rules)


def _discovered(
    session: Session, tap: Connector, config: TapConfig, found: Catalog, rules: list[Any]
) -> Catalog:
    """The discovered catalog; the next runs use it too if the pipeline has or requires a stored one."""
    args = session.args
    had_one = bool(args.stored_catalog) and os.path.exists(args.stored_catalog)
    keeps = args.discovered and (args.catalog_max_age or had_one)
    # Before selection, which changes the catalog.
    text = catalog_to_store(session, tap, config.given, found) if keeps else b""
    catalog = _selected(session, tap, config, found, rules)
    if keeps:
        write_atomic(args.discovered, text)
        session.log.line("runner", "stores the discovered catalog for the next runs")
    return catalog


def _selected(
    session: Session, tap: Connector, config: TapConfig, catalog: Catalog, rules: list[Any]
) -> Catalog:
    for warning in select(catalog, rules):
        session.warn(warning)
    if keeps_positions(tap.name, config.given):
        key_by_position(catalog)
    return catalog


def _only_options(selected: list[Any], options: list[Options]) -> bool:
    """Whether streams are named only for options that need no catalog, such as a mask."""
    named = {rule["stream"] for rule in options}
    return all(
        list(check_rule(rule, place)) == ["stream"] and rule["stream"] in named
        for place, rule in enumerate(selected)
    )

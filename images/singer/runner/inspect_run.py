"""The inspection of a run: what it starts from, and what it leaves in the result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable, Optional

from .codes import EXPECTATION, RunnerError
from .earlier_attempts import read_earlier
from .inspection import FAIL, WARN, Before, Inspection
from .known_streams import KnownStreams
from .lossless import JsonText
from .relay import Gate
from .rules import Options, Rules, read_rules
from .schema_changes import in_words
from .schema_memory import Known, read_memory, write_memory
from .session import Session
from .state import read_identity
from .totals import BadLine, Totals

if TYPE_CHECKING:
    from .column_checks import ColumnChecks

_SHOWN = 3

Scanned = tuple[Callable[[], Any], Totals]
"""How the catalog of a slice is read, and what its extract holds."""


def inspection(session: Session, catalog: Callable[[], Any]) -> Inspection:
    """The inspection of a load or stream; `catalog` reads the catalog of its tap, if there is one."""
    args = session.args
    state = session.result.get("stateBefore")
    streams = KnownStreams(catalog)
    before = Before(
        saved_schemas(session),
        json.loads(state.text) if isinstance(state, JsonText) else None,
        _accept_with((read_identity(args.identity, args.run) or {}).get("pipeline"), args.outcome),
        args.accept_schema,
        dict(read_earlier(args.earlier).records),
    )
    return Inspection(Rules(read_rules(args.rules), None, streams.names_of), before, streams)


def _accept_with(pipeline: Optional[str], outcome: Optional[str]) -> str:
    # Only a cluster's steps leave an outcome.
    place = " --on cluster" if outcome else ""
    return f"npx tapctl schema {pipeline or 'NAME'} --accept{place}"


def column_checks(inspected: Inspection) -> Optional[ColumnChecks]:
    """The checks of values; None if no stream has any, so that no record is parsed."""
    if not any("columns" in rule["expect"] for rule in inspected.rules.having("expect")):
        return None
    # Loaded late: few runs check values.
    from .column_checks import ColumnChecks

    return ColumnChecks(inspected.rules)


def target_gate(
    inspected: Inspection, totals: Totals, kill: Callable[[str], None]
) -> Optional[Gate]:
    """Keeps refused data from a running target; None if nothing can be refused, so that nothing waits for the tap.

    A target whose input just ends would replace tables with a part of their data.
    """
    if not may_refuse(inspected.rules.all):
        return None

    def at_end() -> Optional[str]:
        return "; ".join(inspected.losses(totals)[:_SHOWN]) or None

    def refuse_line(line: BadLine) -> None:
        if line.code == EXPECTATION:
            kill("was stopped before it got data that does not meet the expectations")

    return Gate(at_end, refuse_line)


def settle(session: Session, inspected: Inspection, totals: Totals, live: bool) -> list[str]:
    """Puts the changes and schemas into the result; returns why the run must not load, for a scan before the load."""
    refusals = [] if live else _take(inspected, totals)
    for stream, text in totals.schemas.last.items():
        # The last message counts, also where it repeats an earlier one.
        inspected.last(stream, text)
    changed = inspected.changes
    session.result["schemaChanges"] = _listed(inspected)
    for stream in dict.fromkeys(change.stream for change in changed):
        if inspected.policy(stream) == WARN:
            of_stream = [change for change in changed if change.stream == stream]
            # In the log only: wherever the run is shown, its changes are listed.
            session.log.line(
                "runner",
                f'warning: the schema of stream "{stream}" has changed: {in_words(of_stream)}',
            )
    write(session, inspected.after(totals, bool(session.result.get("complete"))))
    return refusals


def require(session: Session, inspected: Inspection, totals: Totals) -> None:
    """Exit 16 for a full load that lost too many records, and for streams with too few."""
    if getattr(session.args, "partial", False):
        return
    refuse(_unmet(inspected, totals))


def may_refuse(rules: list[Options]) -> bool:
    """Whether rules can fail a run before its load."""
    return any(
        rule.get("onSchemaChange") == FAIL or "contract" in rule or "expect" in rule
        for rule in rules
    )


def refuse_parts(session: Session, parts: list[Scanned]) -> None:
    """Exit 16 if a slice of an extract must not be loaded; the changes are then in the result."""
    refusals: list[str] = []
    changed: list[dict[str, Any]] = []
    streams = saved_schemas(session)
    for catalog, totals in parts:
        inspected = inspection(session, catalog)
        refusals += _take(inspected, totals)
        if not session.args.partial:
            refusals += _unmet(inspected, totals)
        changed += _listed(inspected)
        after = inspected.after(totals, complete=False)
        streams.update({stream: after[stream] for stream in inspected.now})
    if refusals:
        session.result["schemaChanges"] = changed
        write(session, streams)
    refuse(refusals)


def _unmet(inspected: Inspection, totals: Totals) -> list[str]:
    few = [] if totals.uncounted_files else inspected.too_few(totals)
    return inspected.losses(totals) + few


def refuse(found: list[str]) -> None:
    """Exit 16 with the first reasons, if there are any."""
    if found:
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise RunnerError(EXPECTATION, "; ".join(found[:_SHOWN]) + more)


def write(session: Session, streams: dict[str, Known]) -> None:
    """Writes the schemas after this run. They count once the run is committed."""
    args = session.args
    if args.new_schemas and streams:
        identity = read_identity(args.identity, args.run) or {}
        write_memory(args.new_schemas, streams, identity, session.durable)


def _listed(inspected: Inspection) -> list[dict[str, Any]]:
    return [
        {**change.as_json(), "policy": inspected.policy(change.stream)}
        for change in inspected.changes
    ]


def _take(inspected: Inspection, totals: Totals) -> list[str]:
    found = [inspected.schema(stream, text) for _, stream, text in totals.schemas.found]
    return [text for text in found if text]


def saved_schemas(session: Session) -> dict[str, Known]:
    """The schemas of the last successful run; none if they cannot be read."""
    try:
        return read_memory(session.args.schemas)
    except ValueError as error:
        session.warn(f"the saved schemas are not used: {error}")
        return {}

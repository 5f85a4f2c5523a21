"""The state that a load or stream saves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Callable, Optional

from .bookmarks import State, merge, streams_of
from .catalog import selected_streams
from .codes import EXPECTATION, OK
from .files import write_json
from .known_streams import KnownStreams
from .lookback_rules import lookbacks_in
from .messages import RECORD, SCHEMA, STATE
from .rules import Rules, read_rules
from .scan import Scanner
from .session import Session
from .state import envelope, next_state, read_identity, read_start
from .states import States, fingerprint
from .target import Load


class Saved:
    """The state before this run, and what may be saved after it."""

    def __init__(self, session: Session, catalog: Optional[Any], held: frozenset[str]) -> None:
        args = session.args
        self._session = session
        self._identity = read_identity(args.identity, args.run)
        self.start = read_start(args)
        """What the run starts from."""
        self._catalog = catalog
        self._lookbacks = lookbacks_in(read_rules(args.rules), catalog)
        self.held = held
        session.result.update(stateBefore=self.start.tap, stateAfter=self.start.kept, unselected=[])

    def commit(self, scanner: Scanner, load: Optional[Load], states: Callable[[], States]) -> None:
        """Writes the candidate for the loaded state; `states` are the STATEs received."""
        session, args = self._session, self._session.args
        if scanner.fatal or scanner.bad > args.max_bad_lines:
            # The scanner has seen more than the target received.
            return
        session.result["taken"] = True
        seen = {
            stream for kind in (RECORD, SCHEMA) for stream in scanner.of(kind)
        } | scanner.dropped
        loaded = self._loaded(scanner, load, states)
        if self._lookbacks:
            loaded = self._lookbacks.kept(self.start.tap, loaded)
        brought = next_state(loaded, self.held, bool(self.held & seen))
        if self.held & seen and scanner.state and not scanner.dropped:
            held = sorted(self.held & seen)
            session.leave_out(
                f"bookmarks of full tables, because the tap did not finish: {', '.join(held)}",
                len(held),
            )
        if brought is None:
            session.warn(_why_none(scanner, self.start.kept is not None))
            return
        after = merge(self.start.kept, brought) or brought
        if not getattr(args, "slice", None):
            self.report_kept(after, brought, seen)
        # Not `after`: in a full refresh the next attempt must not start from bookmarks that are only kept.
        self.write(after, merge(self.start.tap, brought) or brought)
        session.result["progress"] = sum(
            count for stream, count in scanner.loaded().items() if stream not in self.held
        )
        session.result["stateAfter"] = after

    def write(
        self, after: State, resumed: State, stream_bytes: Optional[Mapping[str, int]] = None
    ) -> None:
        """Writes the state to save, and the one that the next attempt of this run resumes from."""
        args = self._session.args
        if args.candidate:
            saved = envelope(after, self._identity, self.start.previous)
            if stream_bytes and isinstance(saved, dict):
                saved = {**saved, "streamBytes": stream_bytes}
            write_json(args.candidate, saved, durable=self._session.durable)
        if getattr(args, "resume", None):
            progress = envelope(resumed, self._identity)
            write_json(args.resume, progress, durable=self._session.durable)

    def _loaded(
        self, scanner: Scanner, load: Optional[Load], states: Callable[[], States]
    ) -> Optional[State]:
        """The state after all data, or up to the earlier STATE if the target reports one."""
        last, printed = scanner.states.last, load.last_printed if load else None
        if not load or not last or not printed or fingerprint(printed) == fingerprint(last):
            return scanner.state
        # A state that was never sent, such as a mixture of several STATEs, says nothing.
        earlier = states().up_to(printed)
        if earlier is None:
            return scanner.state
        self._session.warn(
            f"{load.child.name} reports an earlier STATE than the last one it received: the earlier one is saved, "
            "and the next run sends the later records again"
        )
        self._session.leave_out(f"the STATEs after the one that {load.child.name} reports")
        return earlier

    def report_kept(self, after: State, brought: State, seen: set[str]) -> None:
        """Reports the bookmarks of streams that this run did not select."""
        marks = streams_of(after)
        selected = selected_streams(self._catalog) if self._catalog else None
        if selected is None:
            others = (
                []
                if not self._session.result["complete"]
                else [name for name in marks if name not in streams_of(brought)]
            )
            why = "the tap sent no data for them"
        else:
            others = [name for name in marks if name not in selected]
            why = "no longer selected"
        others = [name for name in others if name not in seen]
        if not others:
            return
        self._session.result["unselected"] = others
        self._session.warn(
            f"bookmarks kept of streams that this run did not replicate ({why}): {', '.join(others)}"
        )

    def check_freshness(self) -> tuple[int, Optional[str]]:
        """Exit code and error of maxStalenessSeconds and of the maxStaleness of streams."""
        wrong = self._stale_streams()
        limit = self._session.args.max_staleness_seconds
        if limit:
            from .freshness import marks, not_fresh

            result = self._session.result
            found = marks(result.get("stateAfter"), result["unselected"])
            if not found:
                self._session.warn(
                    "maxStalenessSeconds: the state contains no date or time to compare"
                )
            reason = not_fresh(found, time.time(), limit)
            wrong = [reason, *wrong] if reason else wrong
        return (EXPECTATION, "; ".join(wrong)) if wrong else (OK, None)

    def _stale_streams(self) -> list[str]:
        """The bookmarks that are older than the rules of their streams allow."""
        args = self._session.args
        if getattr(args, "slice", None) or getattr(args, "partial", False):
            return []
        rules = Rules(read_rules(args.rules), None, KnownStreams(lambda: self._catalog).names_of)
        if not any("maxStaleness" in rule["expect"] for rule in rules.having("expect")):
            return []
        from .freshness import marks, not_fresh

        result = self._session.result
        found = []
        for mark in marks(result.get("stateAfter"), result["unselected"]):
            limit = rules.expectation(mark.stream or "", "maxStaleness")
            reason = not_fresh([mark], time.time(), limit) if limit else None
            found += [reason] if reason else []
        return found


def _why_none(scanner: Scanner, saved: bool) -> str:
    if scanner.state:
        return "the state has no bookmarks by stream, and full-table data is missing: the previous state is kept"
    what = "only empty STATEs" if scanner.total(STATE) else "no STATE"
    start = (
        "the saved state is kept, and the next run starts from it"
        if saved
        else "the next run starts from the beginning"
    )
    return f"the tap sent {what}: {start}"

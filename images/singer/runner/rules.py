"""Options of streams that apply to what a tap sends: lookback, masking, schema changes, contracts, expectations.

`dataRules` in src/model/stream-rules.ts writes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, Optional

from .catalog import entries, names
from .codes import USAGE, RunnerError
from .files import read_list
from .selection import fits

Options = dict[str, Any]
"""The options of one stream: those of every rule that matches it, later ones first."""

FIELDS = ("lookback", "mask", "onSchemaChange", "contract", "expect")
POLICIES = ("load", "warn", "fail")
METHODS = ("hash", "null", "drop")
EXPECTATIONS = ("minRecords", "maxStaleness", "maxDrop", "columns")
_MERGED = ("mask", "expect")


class Rules:
    """The options of the streams of a run."""

    def __init__(
        self,
        rules: list[Options],
        catalog: Optional[dict[str, Any]] = None,
        names_of: Optional[Callable[[str], Iterable[str]]] = None,
    ) -> None:
        self._rules = rules
        self._ids: dict[str, list[str]] = {}
        self._names_of = names_of
        """The names of a stream, if the catalog is known only once the tap runs."""
        self._known: dict[str, Options] = {}
        for entry in entries(catalog, "the catalog") if catalog and rules else []:
            name = entry.get("stream", entry.get("tap_stream_id"))
            if isinstance(name, str):
                self._ids.setdefault(name, []).extend(names(entry))

    def __bool__(self) -> bool:
        return bool(self._rules)

    def of(self, stream: str) -> Options:
        """The options of a stream by the name in its messages; rules may have its ID in the catalog instead."""
        found = self._known.get(stream)
        if found is None:
            others = self._names_of(stream) if self._names_of and self._rules else ()
            known = [stream, *self._ids.get(stream, []), *others]
            found = self._known[stream] = self._merged(known)
        return found

    def expectation(self, stream: str, name: str) -> Any:
        """An expectation of a stream; None if it has none."""
        return self.of(stream).get("expect", {}).get(name)

    @property
    def all(self) -> list[Options]:
        """All rules, in order."""
        return self._rules

    def having(self, field: str) -> list[Options]:
        """The rules with a field, in order."""
        return [rule for rule in self._rules if field in rule]

    def _merged(self, known: list[str]) -> Options:
        merged: Options = {}
        for rule in self._rules:
            if not any(fits(rule["stream"], name) for name in known):
                continue
            for field in FIELDS:
                if field in rule:
                    value = rule[field]
                    # A later rule adds to masks and expectations: it must not unmask a property that it does not name.
                    merged[field] = (
                        {**merged.get(field, {}), **value} if field in _MERGED else value
                    )
        return merged


def read_rules(path: Optional[str]) -> list[Options]:
    """The checked rules in a file; none for no file. Exit 2 for a rule that is wrong."""
    if not path:
        return []
    return [_check(rule, place) for place, rule in enumerate(read_list(path, "rules"))]


def _check(rule: Any, place: int) -> Options:
    def wrong(what: str) -> RunnerError:
        return RunnerError(USAGE, f"rule {place}: {what}")

    if not isinstance(rule, dict) or not isinstance(rule.get("stream"), str):
        raise wrong('a rule is an object with a "stream", e.g. {"stream": "*", "mask": {...}}')
    unknown = [name for name in rule if name != "stream" and name not in FIELDS]
    if unknown:
        raise wrong(f'unknown field "{unknown[0]}"; allowed: stream, {", ".join(FIELDS)}')
    for field in ("lookback", "mask", "contract", "expect"):
        if not isinstance(rule.get(field, {}), dict):
            raise wrong(f'"{field}" must be an object')
    back = rule.get("lookback")
    if back is not None and not (
        len(back) == 1
        and set(back) <= {"seconds", "number"}
        and all(map(_is_number, back.values()))
    ):
        raise wrong('"lookback" must be {"seconds": number} or {"number": number}')
    methods = rule.get("mask", {})
    bad = [name for name in methods if methods[name] not in METHODS]
    if bad:
        raise wrong(f'"mask" of "{bad[0]}" must be one of {", ".join(METHODS)}')
    if rule.get("onSchemaChange", POLICIES[0]) not in POLICIES:
        raise wrong(f'"onSchemaChange" must be one of {", ".join(POLICIES)}')
    unknown = [name for name in rule.get("expect", {}) if name not in EXPECTATIONS]
    if unknown:
        raise wrong(f'unknown expectation "{unknown[0]}"; allowed: {", ".join(EXPECTATIONS)}')
    return rule


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

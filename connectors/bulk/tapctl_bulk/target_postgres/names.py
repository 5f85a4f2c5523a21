"""Names of schemas, tables and columns."""

from __future__ import annotations

from typing import NamedTuple

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, text

MAX_BYTES = 63
DIGEST = 8


class TableName(NamedTuple):
    """A schema and a table, as PostgreSQL stores their names."""

    schema: str
    table: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def sql(self) -> str:
        """The name in a statement."""
        return f"{quoted(self.schema)}.{quoted(self.table)}"


def quoted(name: str) -> str:
    """Return an identifier for a statement."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a string for a statement. Correct with standard_conforming_strings, which is set."""
    return "'" + value.replace("'", "''") + "'"


def fitting(name: str) -> str:
    """Return a name of at most 63 bytes. A cut name ends with a digest of the whole one, so that
    names that begin alike stay apart."""
    raw = name.encode()
    if b"\0" in raw or not raw:
        raise ConnectorError(
            f"{name!r} cannot be the name of a table or column in PostgreSQL",
            "Rename it in the source, or deselect it",
        )
    if len(raw) <= MAX_BYTES:
        return name
    from hashlib import sha256  # Slow to import, and rarely needed.

    head = raw[: MAX_BYTES - DIGEST - 1].decode(errors="ignore")
    return f"{head}_{sha256(raw).hexdigest()[:DIGEST]}"


def table_of(stream: str, config: Config) -> TableName:
    """Return the table of a stream: the last part of a name such as `public-orders`."""
    parts = stream.split("-")
    source_schema = parts[-2] if len(parts) in (2, 3) else ""
    mapping = config.get("schema_mapping")
    mapped = mapping.get(source_schema) if isinstance(mapping, dict) and source_schema else None
    if isinstance(mapped, dict):
        mapped = mapped.get("target_schema")
    schema = mapped if isinstance(mapped, str) and mapped else text(config, "default_target_schema")
    schema = schema or source_schema or "public"
    return TableName(fitting(schema), fitting(parts[-1]))

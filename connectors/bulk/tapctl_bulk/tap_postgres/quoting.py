"""Quoting for SQL that cannot have parameters, such as COPY."""

from __future__ import annotations


def quoted(*names: str) -> str:
    """Quote an identifier and the schemas before it."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(value: str) -> str:
    """Quote a text. The result does not depend on settings of the session."""
    return " E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"

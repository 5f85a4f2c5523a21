"""What a SCHEMA message says about each column."""

from __future__ import annotations

from typing import NamedTuple

from tapctl_bulk.common.exact_json import Json

METADATA = (
    "_sdc_extracted_at",
    "_sdc_received_at",
    "_sdc_batched_at",
    "_sdc_deleted_at",
    "_sdc_sequence",
    "_sdc_table_version",
    "_sdc_sync_started_at",
)
"""Metadata columns of SDK targets, in their order."""


class Property(NamedTuple):
    """A property of a stream's schema."""

    name: str
    types: tuple[str, ...]
    """JSON types without `null`; empty if the schema names none."""
    format: str
    definition: dict[str, Json]


def properties_of(schema: dict[str, Json]) -> tuple[Property, ...]:
    """Return the properties of a stream in the order of its schema."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return ()
    return tuple(property_of(name, definition) for name, definition in properties.items())


def property_of(name: str, definition: Json) -> Property:
    """Return what a schema says about a value. Of `anyOf`, the first type that is not null counts."""
    if not isinstance(definition, dict):
        return Property(name, (), "", {})
    types = _types(definition)
    if not types and "type" not in definition:
        for keyword in ("anyOf", "oneOf", "allOf"):
            choices = definition.get(keyword)
            for choice in choices if isinstance(choices, list) else []:
                if isinstance(choice, dict) and _types(choice):
                    return property_of(name, choice)
    text = definition.get("format")
    return Property(name, types, text if isinstance(text, str) else "", definition)


def _types(definition: dict[str, Json]) -> tuple[str, ...]:
    given = definition.get("type")
    all_types = given if isinstance(given, list) else [given]
    return tuple(one for one in all_types if isinstance(one, str) and one != "null")

"""What the catalog of the database says about tables: a few queries for any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tapctl_bulk.libpq import Connection

RELATIONS = """
select c.oid, n.nspname, c.relname, c.relkind::text, c.relhassubclass, coalesce(am.amname, '')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_am am on am.oid = c.relam
where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and ($1::text[] is null or n.nspname = any($1))
  and ($3::text[] is null
       or (n.nspname, c.relname) in (select * from unnest($2::text[], $3::text[])))
order by n.nspname, c.relname
"""

COLUMNS = """
select a.attrelid, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
  pg_catalog.format_type(a.atttypid, -1), d.description
from pg_catalog.pg_attribute a
left join pg_catalog.pg_description d
  on d.objoid = a.attrelid and d.objsubid = a.attnum and d.classoid = 'pg_catalog.pg_class'::regclass
where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
"""

KEYS = """
select i.indrelid, json_agg(a.attname::text order by k.place)
from pg_catalog.pg_index i
cross join unnest(i.indkey) with ordinality k(attnum, place)
join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indisprimary and i.indrelid = any($1::oid[]) and k.place <= i.indnkeyatts
group by i.indrelid
"""

TYPES = """
with recursive used(oid) as (
  select unnest($1::oid[])
  union
  select t.typelem from used join pg_catalog.pg_type t using (oid) where t.typcategory = 'A'
)
select t.oid, n.nspname, t.typname, t.typtype::text,
  case when t.typcategory = 'A' then t.typelem else 0 end,
  (select max(char_length(e.enumlabel)) from pg_catalog.pg_enum e where e.enumtypid = t.oid),
  exists (select from pg_catalog.pg_proc p where p.pronamespace = t.typnamespace
          and p.proname = 'st_asgeojson')
from used join pg_catalog.pg_type t using (oid)
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
"""


class DatabaseType(NamedTuple):
    """A type of the database."""

    schema: str
    name: str
    kind: str
    """`b` base, `c` composite, `d` domain, `e` enum, `r` range, `m` multirange."""
    element: int
    """Type of the elements of an array; 0 for other types."""
    label_length: int | None
    """Characters of the longest label of an enum."""
    has_geojson: bool
    """Whether `ST_AsGeoJSON` is in the schema of the type."""


class Column(NamedTuple):
    """A column of a relation."""

    name: str
    type: int
    modifier: int
    not_null: bool
    type_name: str
    """Name of the type in SQL."""
    comment: str | None


class Relation(NamedTuple):
    """A table, partitioned table, foreign table, view or materialized view."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    oid: int
    schema: str
    name: str
    kind: str
    """`r` table, `p` partitioned, `f` foreign, `v` view, `m` materialized view."""
    has_children: bool
    access_method: str

    @property
    def is_view(self) -> bool:
        """Whether it is a view or materialized view."""
        return self.kind in ("v", "m")

    @property
    def stream(self) -> str:
        """Name of its stream."""
        return f"{self.schema}-{self.name}"


class Relations(NamedTuple):
    """Relations, and the types of their columns by number."""

    relations: tuple[Relation, ...]
    types: dict[int, DatabaseType]


def read_relations(
    connection: Connection,
    schemas: Sequence[str] | None = None,
    names: Sequence[tuple[str, str]] | None = None,
) -> Relations:
    """Read relations with their columns, keys and types.

    Args:
        connection: Connection to the database.
        schemas: Schemas of the relations. Default: all but the system's.
        names: Schema and name of each relation. Default: all.
    """
    in_schemas = None if names is None else [schema for schema, _ in names]
    tables = None if names is None else [name for _, name in names]
    found = connection.execute(RELATIONS, [schemas, in_schemas, tables]).fetchall()
    oids = [row[0] for row in found]
    columns: dict[int, list[Column]] = {}
    for oid, *column in connection.execute(COLUMNS, [oids]).fetchall():
        columns.setdefault(oid, []).append(Column(*column))
    keys: dict[int, list[str]] = dict(connection.execute(KEYS, [oids]).fetchall())
    used = {column.type for group in columns.values() for column in group}
    types = {
        oid: DatabaseType(*rest) for oid, *rest in connection.execute(TYPES, [[*used]]).fetchall()
    }
    relations = tuple(
        Relation(tuple(columns.get(row[0], ())), tuple(keys.get(row[0], ())), *row) for row in found
    )
    return Relations(relations, types)

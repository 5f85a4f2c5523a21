"""Mode replace: the new table takes the place of the old one."""

from __future__ import annotations

from tapctl_bulk.libpq import Connection, PostgresError
from tapctl_bulk.target_postgres.names import TableName, literal, quoted
from tapctl_bulk.target_postgres.stage import Stage
from tapctl_bulk.target_postgres.table import adapt_table, existing

DEPENDENT_OBJECTS = "2BP01"
GRANTS = """
select a.privilege_type, a.is_grantable, coalesce(quote_ident(r.rolname), 'public')
from pg_class c, aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
where c.oid = to_regclass($1) and a.grantee <> c.relowner
"""
OWNERS = "select c.relowner::regrole::text from pg_class c where c.oid = to_regclass($1)"
INDEXES = """
select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = to_regclass($1) and i.indisprimary
"""


def swap(connection: Connection, stage: Stage, table: TableName) -> None:
    """Put the new table in the place of the old one, with its owner and its privileges. A table
    that views or foreign keys depend on stays, and gets the new rows."""
    new = stage.target
    old = existing(connection, table)
    if old is not None:
        _keep_privileges(connection, table, new)
        try:
            with connection.savepoint():
                connection.execute(f"drop table {table.sql}")
        except PostgresError as error:
            if error.sqlstate != DEPENDENT_OBJECTS:
                raise
            adapt_table(connection, table, old, stage.wanted)
            names = ", ".join(quoted(one) for one in stage.wanted.types)
            for statement in (
                f"delete from {table.sql}",
                f"insert into {table.sql} ({names}) select {names} from {new.sql}",
                f"drop table {new.sql}",
            ):
                connection.execute(statement)
            return
    connection.execute(f"alter table {new.sql} rename to {quoted(table.table)}")
    _rename_primary_key(connection, table)


def _keep_privileges(connection: Connection, old: TableName, new: TableName) -> None:
    owners = [connection.execute(OWNERS, [one.sql]).fetchone() for one in (old, new)]
    if owners[0] and owners[0] != owners[1]:
        connection.execute(f"alter table {new.sql} owner to {owners[0][0]}")
    for privilege, grantable, role in connection.execute(GRANTS, [old.sql]).fetchall():
        option = " with grant option" if grantable else ""
        connection.execute(f"grant {privilege} on {new.sql} to {role}{option}")


def _rename_primary_key(connection: Connection, table: TableName) -> None:
    """Give the primary key the name that it would have had, unless that name is in use."""
    row = connection.execute(INDEXES, [table.sql]).fetchone()
    wanted = f"{table.table.encode()[:58].decode(errors='ignore')}_pkey"
    place = TableName(table.schema, wanted)
    if row is None or row[0] == wanted:
        return
    taken = connection.execute(f"select to_regclass({literal(place.sql)})").fetchone()
    if taken == (None,):
        connection.execute(
            f"alter index {TableName(table.schema, row[0]).sql} rename to {quoted(wanted)}"
        )

"""What is known about a stream while it is loaded."""

from __future__ import annotations

from tapctl_bulk.target_postgres.copies import Destination
from tapctl_bulk.target_postgres.direct import DirectLoad
from tapctl_bulk.target_postgres.merge import Habits
from tapctl_bulk.target_postgres.names import TableName
from tapctl_bulk.target_postgres.stage import Stage


class Load:
    """A stream that is being loaded."""

    def __init__(
        self, stage: Stage, habits: Habits, table: TableName, *, may_be_direct: bool
    ) -> None:
        self.stage = stage
        self.habits = habits
        self.table = table
        self.may_be_direct = may_be_direct
        """Whether rows may be copied straight into the table: no others were loaded before."""
        self.direct: DirectLoad | None = None
        self.staged = 0
        self.extracted: str | None = None
        """When the rows of the batch were extracted; None if they have it themselves."""

    @property
    def rows(self) -> int:
        """Rows of the batch that COPY has ended with."""
        return self.staged + (self.direct.rows if self.direct else 0)

    @property
    def stream(self) -> str:
        """The stream's name."""
        return self.stage.wanted.stream

    def to_stage(self, *, with_origin: bool) -> Destination:
        """The staging table as destination of rows."""
        statement = self.stage.copy(with_origin=with_origin)
        return Destination(statement, self.stream, self.table, self._add_staged)

    def to_table(self, direct: DirectLoad) -> Destination:
        """The table itself as destination of rows."""
        return Destination(direct.copy(), self.stream, self.table, direct.add)

    def _add_staged(self, rows: int) -> None:
        self.staged += rows

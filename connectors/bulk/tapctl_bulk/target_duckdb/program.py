"""The program."""

from tapctl_bulk.common.program import Connector, run_program
from tapctl_bulk.target_duckdb.settings import SETTINGS
from tapctl_bulk.target_duckdb.target import run

CONNECTOR = Connector(
    name="target-duckdb",
    kind="target",
    description="Loads into DuckDB, MotherDuck and DuckLake.",
    capabilities=("about", "activate-version", "hard-delete", "schema-flattening"),
    settings=SETTINGS,
    run=run,
)


def main() -> None:
    """Run the target."""
    run_program(CONNECTOR)

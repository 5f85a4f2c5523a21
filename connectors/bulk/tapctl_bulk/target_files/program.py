"""The program."""

from tapctl_bulk.common.program import Connector, run_program
from tapctl_bulk.target_files.settings import SETTINGS
from tapctl_bulk.target_files.target import run

CONNECTOR = Connector(
    name="target-files",
    kind="target",
    description="Writes JSON Lines, CSV and Parquet files to a folder or to S3.",
    capabilities=("about",),
    settings=SETTINGS,
    run=run,
)


def main() -> None:
    """Run the target."""
    run_program(CONNECTOR)

"""Start of the program: `python -m tapctl_bulk.target_duckdb`."""

from tapctl_bulk.target_duckdb.program import main

main()

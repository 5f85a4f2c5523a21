"""Start of the program: `python -m tapctl_bulk.target_postgres`."""

from tapctl_bulk.target_postgres.program import main

main()

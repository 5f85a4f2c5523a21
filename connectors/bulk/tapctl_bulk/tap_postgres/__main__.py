"""Start of the program: `python -m tapctl_bulk.tap_postgres`."""

from tapctl_bulk.tap_postgres.program import main

main()

"""Start of the program: `python -m tapctl_bulk.tap_postgres`."""

import gc

# Importing leaves nothing to collect, but would start dozens of collections.
gc.disable()

from tapctl_bulk.tap_postgres.program import main  # noqa: E402

main()

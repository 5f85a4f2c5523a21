"""Start of the program: `python -m tapctl_bulk.target_files`."""

import gc

# Importing leaves nothing to collect, but would start dozens of collections.
gc.disable()

from tapctl_bulk.target_files.program import main  # noqa: E402

main()

"""Start of the program: `python -m tapctl_bulk.target_files`."""

from tapctl_bulk.target_files.program import main

main()

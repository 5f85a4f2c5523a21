"""Singer taps and targets that leave the work on records to database engines."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("tapctl-bulk")
except PackageNotFoundError:  # run from the sources
    VERSION = "0.0.0"

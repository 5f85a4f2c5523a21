"""Singer taps and targets that leave the work on records to database engines."""

VERSION = "0.2.0"

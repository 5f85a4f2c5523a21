"""Runs Singer taps and targets: the entry point of connector images and of local runs."""

VERSION = "0.2.0"

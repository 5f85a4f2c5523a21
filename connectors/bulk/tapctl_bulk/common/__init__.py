"""What all bulk connectors share: arguments, settings, errors, logging and Singer messages."""

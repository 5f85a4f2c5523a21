"""Singer tap for PostgreSQL: the server writes the messages, the tap moves blocks of bytes."""

"""target-postgres: loads Singer streams into PostgreSQL, a COPY and one statement per batch."""

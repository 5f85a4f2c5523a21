"""target-postgres: loads Singer streams into PostgreSQL, with COPY, and one statement per batch."""

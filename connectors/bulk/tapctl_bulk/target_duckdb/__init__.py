"""target-duckdb: loads into DuckDB, MotherDuck and DuckLake; DuckDB parses the records."""

"""What targets that let DuckDB parse records share: batch files, columns, exact numbers, errors."""

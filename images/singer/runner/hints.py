"""Hints for known connector errors: a table whose first matching row is used."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional


class Hint(NamedTuple):
    """A known error and its hint."""

    error: str
    """Regular expression for the error, case-insensitive."""
    advice: str
    connector: str = ""
    """Regular expression for the names of the connectors it applies to."""


HINTS = (
    # Settings
    Hint(
        r"is a required property in config|config validation \w+: .*is a required property|^KeyError: .*\(setting ",
        "add the setting to the pipeline",
    ),
    Hint(r"\bin config(\[|$)|config validation \w+: ", "correct the setting in the pipeline"),
    # Values
    Hint(
        r"year -?\d+ is out of range|date value out of range|year is out of range",
        "Python has no dates before year 1 or after 9999: set dates_as_string to true",
        r"^tap-postgres(-sdk)?$",
    ),
    Hint(
        r"year -?\d+ is out of range|date value out of range|year is out of range",
        "Python has no dates before year 1 or after 9999: exclude the column, or read it as text",
    ),
    Hint(
        r"cannot contain NUL|invalid byte sequence for encoding .UTF8.: 0x00|\\u0000 cannot be converted to text",
        "PostgreSQL cannot store the character U+0000 in text: set sanitize_null_text_characters to true",
        r"^target-postgres(-sdk)?$",
    ),
    Hint(
        r"cannot contain NUL|invalid byte sequence for encoding .UTF8.: 0x00|\\u0000 cannot be converted to text",
        "the destination cannot store the character U+0000 in text: remove it at the source",
    ),
    Hint(
        r"^(?!.*record).*\bTrue is not of type 'number'",
        "the tap describes number limits as JSON Schema draft 4 does, like pipelinewise taps, and this target does not support "
        "that: set validate_records to false",
        r"^target-",
    ),
    Hint(
        r"is not of type '|record message validation error|is not valid under any of the given schemas|is not a multiple of",
        "the record does not fit the schema that the tap sent; set validate_records to false to load it anyway",
        r"^target-",
    ),
    Hint(
        r"invalid input syntax for type|out of range for type|integer out of range|numeric field overflow|value too long for type"
        r"|NumericValueOutOfRange|DatatypeMismatch|but expression is of type|Conversion Error|Out of Range Error",
        "the existing column does not accept this value: change its type, or drop the table and run with --full-refresh",
        r"^target-",
    ),
    Hint(
        r"NotNullViolation|violates not-null constraint|NOT NULL constraint failed",
        "a required column is NULL: choose a key without NULLs for the stream",
        r"^target-",
    ),
    Hint(
        r"no unique or exclusion constraint matching the ON CONFLICT",
        "the existing table has no primary key on the stream's key: add one, or drop the table and run with --full-refresh",
    ),
    Hint(
        r"Primary key is set to mandatory",
        "give the stream a key, or set primary_key_required to false, which appends its rows",
    ),
    # Credentials and permissions
    Hint(
        r"^(?!.*\. Check the settings? ).*(access denied for user|authentication failed|login failed for user"
        r"|incorrect username or password|invalid_grant|invalid_client|InvalidAccessKeyId|SignatureDoesNotMatch)",
        "check the user and the password or key in its settings",
    ),
    Hint(
        r"\b401\b.*(client error|unauthorized)|\bunauthorized\b",
        "the server refuses the credentials: check them in its settings",
    ),
    Hint(
        r"\b403\b.*(client error|forbidden)|AccessDenied",
        "the account is not allowed to do this: check its permissions",
    ),
    Hint(
        r"^(?!.*\bgrant (it|the)\b).*(permission denied for|InsufficientPrivilege|must be owner of)",
        "grant the user this permission",
    ),
    Hint(
        r"no pg_hba\.conf entry .*(no encryption|SSL off)|requires? SSL|SSL is required",
        "set ssl_enable to true",
        r"postgres",
    ),
    Hint(
        r"no pg_hba\.conf entry",
        "the server does not accept this user from this address: allow it in the server's pg_hba.conf",
    ),
    Hint(
        r"server does not support SSL",
        "set ssl_enable to false, or ssl_mode to prefer",
        r"postgres",
    ),
    Hint(
        r"certificate.verify.failed|unable to get local issuer certificate|self.signed certificate",
        "the server's certificate is not trusted: set its certificate authority in the settings",
    ),
    # Connections
    Hint(
        r"(127\.0\.0\.1|localhost|::1).*connection refused",
        "nothing listens there; on a cluster, localhost is the pod itself: use the server's host name",
    ),
    Hint(
        r"connection refused|ECONNREFUSED",
        "check the host and port, and that the server is running and reachable from here",
    ),
    Hint(
        r"could not translate host name|name or service not known|nodename nor servname|temporary failure in name resolution"
        r"|getaddrinfo failed|failed to resolve",
        "check the host name, and that it resolves where the pipeline runs",
    ),
    Hint(
        r"timeout expired|timed out|ConnectTimeout|ReadTimeout",
        "check the host and port, and any firewall in between",
    ),
    Hint(
        r"too many (clients|connections)|remaining connection slots",
        "the server has no free connections: run fewer pipelines in parallel, or raise its limit",
    ),
    Hint(r"\b404\b.*(client error|not found)", "check the address and the path in its settings"),
    Hint(
        r"\b429\b.*(client error|too many)|too many requests",
        "the server limits requests: run the pipeline less often",
    ),
    Hint(r"\b50[0234]\b.*server error", "the server failed: try again later"),
    # Missing objects
    Hint(
        r"database \S+ does not exist|unknown database",
        "check the database in its settings, or create it",
    ),
    Hint(
        r"schema \S+ does not exist|InvalidSchemaName",
        "check the schema in its settings, or create it",
    ),
    Hint(
        r"relation \S+ does not exist|UndefinedTable|no such table|table \S+ doesn't exist|Catalog Error: Table",
        "check that the table exists, and that the user can access it",
    ),
    Hint(r"No module named", "add the package to extraPackages of the connector"),
    Hint(
        r"FileNotFoundError|No such file or directory",
        "check the path; on a cluster it must exist in the connector's pod",
    ),
    # The machine
    Hint(
        r"Could not set lock on file|Conflicting lock is held",
        "another program has the database file open: close it",
    ),
    Hint(
        r"Read-only file system|PermissionError|Permission denied: '",
        "the connector cannot write there; on a cluster, only /tmp and the output folder are writable",
    ),
    Hint(
        r"MemoryError|cannot allocate memory|out of memory",
        "give it more memory with the pipeline's resources",
    ),
    Hint(
        r"requires wal_level",
        "set wal_level = logical on the server and restart it",
        r"^tap-",
    ),
)


def hint(error: str, connector: str) -> Optional[str]:
    """The hint for a connector error; None if the error is unknown."""
    for row in HINTS:
        if re.search(row.connector, connector) and re.search(row.error, error, re.I):
            return row.advice
    return None

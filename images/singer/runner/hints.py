"""What to do about errors of connectors that are known: a table, of which the first row that fits counts."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional


class Hint(NamedTuple):
    """One known error."""

    error: str
    """Regular expression for it, upper and lower case alike."""
    advice: str
    connector: str = ""
    """Regular expression for the names of the connectors that it is meant for."""


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
        r"^tap-postgres$",
    ),
    Hint(
        r"year -?\d+ is out of range|date value out of range|year is out of range",
        "Python has no dates before year 1 or after 9999: leave the column out, or read it as text",
    ),
    Hint(
        r"cannot contain NUL|invalid byte sequence for encoding .UTF8.: 0x00|\\u0000 cannot be converted to text",
        "PostgreSQL stores no character U+0000 in text: set sanitize_null_text_characters to true",
        r"^target-postgres$",
    ),
    Hint(
        r"cannot contain NUL|invalid byte sequence for encoding .UTF8.: 0x00|\\u0000 cannot be converted to text",
        "the destination stores no character U+0000 in text: remove it at the source",
    ),
    Hint(
        r"^(?!.*record).*\bTrue is not of type 'number'",
        "the tap describes number limits as JSON Schema draft 4 does, like pipelinewise taps, and this target does not read "
        "that: set validate_records to false",
        r"^target-",
    ),
    Hint(
        r"is not of type '|record message validation error|is not valid under any of the given schemas|is not a multiple of",
        "the record does not fit the schema that the tap sent; set validate_records to false to load it all the same",
        r"^target-",
    ),
    Hint(
        r"invalid input syntax for type|out of range for type|integer out of range|numeric field overflow|value too long for type"
        r"|NumericValueOutOfRange|DatatypeMismatch|but expression is of type|Conversion Error|Out of Range Error",
        "the column that exists does not take this value: change its type, or drop the table and run with --full-refresh",
        r"^target-",
    ),
    Hint(
        r"NotNullViolation|violates not-null constraint|NOT NULL constraint failed",
        "a column that must have a value is empty: choose a key without NULLs for the stream",
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
    # Credentials and rights
    Hint(
        r"password authentication failed|access denied for user|authentication failed|login failed for user"
        r"|incorrect username or password|invalid_grant|invalid_client|InvalidAccessKeyId|SignatureDoesNotMatch",
        "check the user and the password or key in its settings",
    ),
    Hint(
        r"\b401\b.*(client error|unauthorized)|\bunauthorized\b",
        "the server refuses the credentials: check them in its settings",
    ),
    Hint(
        r"\b403\b.*(client error|forbidden)|AccessDenied",
        "the account has no access to this: check its permissions",
    ),
    Hint(
        r"permission denied for|InsufficientPrivilege|must be owner of",
        "grant its user the right to do this",
    ),
    Hint(
        r"no pg_hba\.conf entry .*(no encryption|SSL off)|requires? SSL|SSL is required",
        "set ssl_enable to true",
        r"postgres",
    ),
    Hint(
        r"no pg_hba\.conf entry",
        "the server does not accept this user from here: allow the address in its pg_hba.conf",
    ),
    Hint(
        r"server does not support SSL",
        "set ssl_enable to false, or ssl_mode to prefer",
        r"postgres",
    ),
    Hint(
        r"certificate.verify.failed|unable to get local issuer certificate|self.signed certificate",
        "the server's certificate is not trusted: give its authority in the settings",
    ),
    # Connections
    Hint(
        r"(127\.0\.0\.1|localhost|::1).*connection refused",
        "nothing listens there; on a cluster, localhost is the pod itself: give the server's own name",
    ),
    Hint(
        r"connection refused|ECONNREFUSED",
        "check host and port, and that the server runs and can be reached from here",
    ),
    Hint(
        r"could not translate host name|name or service not known|nodename nor servname|temporary failure in name resolution"
        r"|getaddrinfo failed|failed to resolve",
        "check the host's name, and that it is known where the pipeline runs",
    ),
    Hint(
        r"timeout expired|timed out|ConnectTimeout|ReadTimeout",
        "check host and port, and firewalls between here and there",
    ),
    Hint(
        r"too many (clients|connections)|remaining connection slots",
        "the server has no connection left: run fewer pipelines in parallel, or raise its limit",
    ),
    Hint(r"\b404\b.*(client error|not found)", "check the address and the path in its settings"),
    Hint(
        r"\b429\b.*(client error|too many)|too many requests",
        "the server limits requests: run the pipeline less often",
    ),
    Hint(r"\b50[0234]\b.*server error", "the server failed: try again later"),
    # What is not there
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
        "check that the table exists, and that its user may see it",
    ),
    Hint(r"No module named", "add the package to extraPackages of the connector"),
    Hint(
        r"FileNotFoundError|No such file or directory",
        "check the path; on a cluster it must be there in the connector's pod",
    ),
    # The machine
    Hint(
        r"Could not set lock on file|Conflicting lock is held",
        "another program has the database file open: close it",
    ),
    Hint(
        r"Read-only file system|PermissionError|Permission denied: '",
        "it may not write there; on a cluster, /tmp and the output folder can be written to",
    ),
    Hint(
        r"MemoryError|cannot allocate memory|out of memory",
        "give it more memory by the pipeline's resources",
    ),
    Hint(
        r"logical decoding requires wal_level|wal_level",
        "set wal_level = logical on the server and restart it",
        r"^tap-",
    ),
)


def hint(error: str, connector: str) -> Optional[str]:
    """What to do about an error of a connector; None where it is not known."""
    for row in HINTS:
        if re.search(row.connector, connector) and re.search(row.error, error, re.I):
            return row.advice
    return None

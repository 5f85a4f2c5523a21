"""Settings of tap-postgres."""

from __future__ import annotations

from tapctl_bulk.common.settings import Setting

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
METHODS = ("FULL_TABLE", "INCREMENTAL", "LOG_BASED")

CONNECTION = (
    Setting(
        "host", "string", "Host name or address of the server. Required without sqlalchemy_url."
    ),
    Setting("port", "integer", "Port of the server.", default=5432),
    Setting("user", "string", "User name. Required without sqlalchemy_url."),
    Setting("password", "string", "Password of the user.", secret=True),
    Setting("database", "string", "Database to connect to. Required without sqlalchemy_url."),
    Setting(
        "sqlalchemy_url",
        "string",
        "Connection URL, such as postgresql://user:password@host:5432/database. It replaces the settings above and those that start with ssl_.",
        secret=True,
    ),
    Setting(
        "ssh_tunnel",
        "object",
        "SSH tunnel: enable, host, port (22), username, private_key, private_key_password, host_key (public key of the bastion host; without it, every key is accepted).",
        secret=True,
    ),
    Setting(
        "ssl_enable",
        "boolean",
        "Whether the connection uses TLS, as set by ssl_mode.",
        default=False,
    ),
    Setting(
        "ssl_mode",
        "string",
        "How strictly the server certificate is verified.",
        default="verify-full",
        choices=SSL_MODES,
    ),
    Setting(
        "ssl_certificate_authority",
        "string",
        "CA certificate that verifies the server certificate, as text or a file path.",
    ),
    Setting(
        "ssl_client_certificate_enable",
        "boolean",
        "Whether the connection presents a client certificate.",
        default=False,
    ),
    Setting("ssl_client_certificate", "string", "Client certificate, as text or a file path."),
    Setting(
        "ssl_client_private_key",
        "string",
        "Private key of the client certificate, as text or a file path.",
        secret=True,
    ),
    Setting(
        "ssl_storage_directory",
        "string",
        "Folder for certificates that are given as text.",
        default=".secrets",
    ),
)

EXTRACTION = (
    Setting("filter_schemas", "array", "Database schemas to read. Default: all but the system's."),
    Setting(
        "default_replication_method",
        "string",
        "Replication method of streams for which the catalog sets none.",
        default="FULL_TABLE",
        choices=METHODS,
    ),
    Setting("max_record_count", "integer", "Maximum number of records per stream and run."),
    Setting(
        "stream_options",
        "object",
        "Options by stream: custom_where_clauses (list of conditions, combined with AND), where (one condition), lookback (as below).",
    ),
    Setting(
        "lookback",
        "number",
        "How far before the bookmark an incremental run starts, for rows that were committed late: in seconds for dates and timestamps, in units of the key for numbers.",
        default=0,
    ),
    Setting(
        "connections",
        "integer",
        "Connections that read a large FULL_TABLE table in parallel, each a range of its pages. PostgreSQL 14 or newer; older servers use one.",
        default=2,
    ),
    Setting(
        "statement_timeout_seconds",
        "integer",
        "Longest time of one statement. 0 for no limit. Default: as the server sets it.",
    ),
    Setting(
        "lock_timeout_seconds",
        "integer",
        "Longest wait for a table that another session has locked. 0 for no limit.",
        default=60,
    ),
    Setting(
        "conflict_retries",
        "integer",
        "How often a statement that a replica canceled (conflict with recovery) is tried again.",
        default=3,
    ),
)

LOG_BASED = (
    Setting(
        "replication_slot_name",
        "string",
        "Replication slot of LOG_BASED streams, with the plugin pgoutput; another one for each pipeline. Required for them.",
    ),
    Setting(
        "publication_name",
        "string",
        "Publication that contains the tables of LOG_BASED streams. Default: the name of the slot.",
    ),
)

VALUES = (
    Setting(
        "dates_as_string",
        "boolean",
        "Declares dates and timestamps as text and sends them as PostgreSQL writes them.",
        default=False,
    ),
    Setting(
        "json_as_object",
        "boolean",
        "Declares json and jsonb columns as objects instead of any JSON.",
        default=False,
    ),
    Setting(
        "use_singer_decimal",
        "boolean",
        "Sends decimals and floats as text with the format x-singer.decimal.",
        default=False,
    ),
)

SDK_ONLY = (
    "stream_maps",
    "stream_map_config",
    "faker_config",
    "flattening_enabled",
    "flattening_max_depth",
    "batch_config",
)
"""Settings of the published tap that need a look at each record. A value other than the default is an error."""

SETTINGS = (
    *CONNECTION,
    *EXTRACTION,
    *LOG_BASED,
    *VALUES,
    *(
        Setting(
            name,
            "boolean"
            if name == "flattening_enabled"
            else "integer"
            if name == "flattening_max_depth"
            else "object",
            "Not supported: use the published tap (tapPostgresSdk).",
        )
        for name in SDK_ONLY
    ),
)

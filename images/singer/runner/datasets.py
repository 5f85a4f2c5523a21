"""Names of datasets as in OpenLineage's specification (spec/Naming.md), from a connector's settings.

A place has a namespace and a pattern of names: `{schema}` and `{table}` are the parts of a stream such as
`public-orders`, `{stream}` is its whole name. A place in the files of a run has the namespace FILES_OF_RUN until
`in_store` names the store.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from urllib.parse import SplitResult

Place = Mapping[str, str]

_PORTS = {"postgres": 5432, "mysql": 3306, "redshift": 5439, "mssql": 1433, "oracle": 1521}
"""Databases with a host and a port, and the default port."""
_SCHEMES = {"mssql": "sqlserver"}
_WITHOUT_SCHEMA = ("mysql",)
_ADDRESSES = ("api_url", "base_url", "url", "endpoint", "host")
_BUCKETS = ("bucket", "bucket_name", "s3_bucket", "s3_bucket_name", "gcs_bucket")
_PREFIXES = ("prefix", "key_prefix", "s3_key_prefix", "s3_prefix", "path_prefix")
_BLOB_STORES = ("s3", "gs")

FILES_OF_RUN = "run"
"""Namespace of the files of a run; names count from the folder of the run."""


def place_of(name: str, config: Mapping[str, Any], folder: Optional[str] = None) -> Optional[Place]:
    """Where a connector reads or writes; None if that is unknown. `folder` is where a target writes files."""
    kind = name.partition("-")[2].lower()
    if kind.startswith("duckdb"):
        return _duckdb(config)
    if kind.startswith("snowflake") and config.get("account"):
        database, schema = _text(config, "database"), _schema(config)
        return _place(f"snowflake://{config['account']}", f"{database}.{schema}.{{table}}")
    if kind.startswith("bigquery"):
        project, dataset = _text(config, "project", "project_id"), _text(config, "dataset")
        return _place("bigquery", f"{project}.{dataset}.{{table}}") if project and dataset else None
    database_kind = next((each for each in _PORTS if kind.startswith(each)), None)
    if database_kind:
        return _database(database_kind, config)
    return _bucket(kind, config) or _folder(folder) or _address(config)


def in_store(place: Place, store: str, pipeline: str) -> Optional[Place]:
    """The place in the object store at `store`, a folder or `s3://bucket/prefix`, if it is in the files of a run.

    Its name is the key without the ID of the run, so that all runs have the same datasets.
    """
    if place["namespace"] != FILES_OF_RUN:
        return place
    return _folder(store.partition("?")[0], f"runs/{pipeline}/{place['name']}")


def dataset(place: Place, stream: str) -> dict[str, str]:
    """The dataset of a stream."""
    schema, _, table = stream.partition("-")
    parts = {"schema": schema or "public", "table": table} if table else {"table": stream}
    values = {"schema": "public", "stream": stream, **parts}
    name = place["name"]
    for part, value in values.items():
        name = name.replace(f"{{{part}}}", value)
    return {"namespace": place["namespace"], "name": name}


def _folder(folder: Optional[str], name: str = "{stream}") -> Optional[Place]:
    """A folder or an address of a blob store; None if there is none."""
    if not folder:
        return None
    parts = _url(folder)
    if parts.scheme in _BLOB_STORES:
        bucket = parts.netloc.rpartition("@")[2]
        return _blob(f"{parts.scheme}://{bucket}", parts.path, name)
    return _place("file", f"{os.path.abspath(folder)}/{name}")


def _bucket(kind: str, config: Mapping[str, Any]) -> Optional[Place]:
    bucket = _text(config, *_BUCKETS)
    if not bucket:
        return None
    scheme = "gs" if kind.startswith(("gcs", "gs")) or "gcs_bucket" in config else "s3"
    return _blob(f"{scheme}://{bucket}", _text(config, *_PREFIXES) or "", "{stream}")


def _blob(namespace: str, prefix: str, name: str) -> Place:
    return _place(namespace, "/".join(part for part in (prefix.strip("/"), name) if part))


def _place(namespace: str, name: str) -> Place:
    return {"namespace": namespace, "name": name}


def _database(kind: str, config: Mapping[str, Any]) -> Optional[Place]:
    url = _url(_text(config, "sqlalchemy_url") or "")
    host = url.hostname or _text(config, "host", "hostname", "server")
    database = url.path.lstrip("/") or _text(config, "database", "dbname")
    if not host or not database:
        return None
    port = url.port or _text(config, "port") or _PORTS[kind]
    namespace = f"{_SCHEMES.get(kind, kind)}://{host}:{port}"
    if kind in _WITHOUT_SCHEMA:
        return _place(namespace, f"{database}.{{table}}")
    return _place(namespace, f"{database}.{_schema(config)}.{{table}}")


def _schema(config: Mapping[str, Any]) -> str:
    return _text(config, "default_target_schema", "schema") or "{schema}"


def _duckdb(config: Mapping[str, Any]) -> Optional[Place]:
    path = _text(config, "path")
    if not path:
        return None
    whole = path if ":" in path else os.path.abspath(path)
    database = os.path.splitext(os.path.basename(path))[0]
    schema = _text(config, "default_target_schema") or "main"
    return _place(f"duckdb://{whole}", f"{database}.{schema}.{{table}}")


def _address(config: Mapping[str, Any]) -> Optional[Place]:
    for name in _ADDRESSES:
        parts = _url(_text(config, name) or "")
        if parts.scheme and parts.hostname:
            # Without user, password and path, which may hold a token.
            port = f":{parts.port}" if parts.port else ""
            return _place(f"{parts.scheme}://{parts.hostname}{port}", "{stream}")
    return None


def _url(text: str) -> SplitResult:
    # Loaded late: few runs report their lineage.
    from urllib.parse import urlsplit

    return urlsplit(text)


def _text(config: Mapping[str, Any], *names: str) -> Optional[str]:
    for name in names:
        value = config.get(name)
        if value not in (None, "", True, False) and not isinstance(value, (dict, list)):
            return str(value)
    return None


def columns_of(schema: Any) -> list[list[str]]:
    """Names and types of the columns of a JSON Schema."""
    found = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(found, dict):
        return []
    return [[str(name), _type(inner)] for name, inner in found.items()]


def _type(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "any"
    if isinstance(schema.get("format"), str):
        return str(schema["format"])
    kinds = schema.get("type", [])
    named = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    return str(named[0]) if len(named) == 1 else "any"

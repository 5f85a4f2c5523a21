"""Errors of S3 in words that say what to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tapctl_bulk.common.errors import ConnectorError

KEYS = 'Check "s3_access_key_id", "s3_secret_access_key" and "s3_session_token"; without them, the AWS credentials of the environment'
CODES: Mapping[str, tuple[str, str]] = {
    "NoSuchBucket": ("the bucket does not exist", 'Create it, or correct "output_path"'),
    "AccessDenied": (
        "the credentials may not write there",
        "Allow s3:PutObject and s3:AbortMultipartUpload on the objects of the prefix",
    ),
    "InvalidAccessKeyId": ("the access key does not exist", KEYS),
    "SignatureDoesNotMatch": ("the secret of the access key is wrong", KEYS),
    "InvalidToken": ("the session token is not valid", KEYS),
    "ExpiredToken": ("the session token has expired", KEYS),
    "PermanentRedirect": ("the bucket is in another region", 'Set "s3_region"'),
    "AuthorizationHeaderMalformed": ("the region is wrong", 'Set "s3_region"'),
}
"""Problem and fix by the error code of S3."""
EXCEPTIONS: Mapping[str, tuple[str, str]] = {
    "NoCredentialsError": (
        "no credentials were found",
        'Set "s3_access_key_id" and "s3_secret_access_key", or provide AWS credentials in the environment',
    ),
    "PartialCredentialsError": (
        "the credentials are incomplete",
        'Set both "s3_access_key_id" and "s3_secret_access_key"',
    ),
    "ParamValidationError": (
        "the name of the bucket is not valid",
        'Correct "output_path": s3://BUCKET/PREFIX',
    ),
}
"""Problem and fix by the exception's class: botocore has no types."""
UNREACHABLE = (
    "EndpointConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ConnectionClosedError",
    "ProxyConnectionError",
    "SSLError",
)


def explained(error: Exception, url: str) -> ConnectorError:
    """Return the error for a place such as `s3://bucket/prefix/`."""
    cause = _cause(error)
    kind, code, message = type(cause).__name__, _code(cause), str(cause).rstrip(".")
    if kind in UNREACHABLE:
        known = (
            f"{_server(cause)} cannot be reached ({kind})",
            'Check "s3_endpoint_url" and the network',
        )
    else:
        known = CODES.get(code) or EXCEPTIONS.get(kind) or (message, "Check the s3_ settings")
    return ConnectorError(f"{url} cannot be used: {known[0]}", known[1])


def _cause(error: Exception) -> Exception:
    """An upload wraps the error of its request."""
    inner = error.__context__
    is_wrapper = type(error).__name__ == "S3UploadFailedError"
    return inner if is_wrapper and isinstance(inner, Exception) else error


def _code(error: Exception) -> str:
    response: Any = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def _server(error: Exception) -> str:
    """Return the host and port without the rest of the URL, which may hold credentials."""
    details: Any = getattr(error, "kwargs", {})
    return urlsplit(str(details.get("endpoint_url", ""))).netloc.rpartition("@")[2] or "the server"

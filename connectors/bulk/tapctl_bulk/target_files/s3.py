"""Files in S3 or a compatible store. An object appears when its upload is complete."""

from __future__ import annotations

import shutil
import tempfile
from importlib import import_module
from typing import Any

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.target_files.folder import MANIFESTS

PART_BYTES = 8 << 20
UPLOADS = 2


class Bucket:
    """A prefix in a bucket."""

    def __init__(self, url: str, run: str, config: Config) -> None:
        # Loaded only for S3: boto3 takes 30 MB. It has no types.
        boto3: Any = import_module("boto3")
        transfer: Any = import_module("boto3.s3.transfer")
        self._bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._run = run
        self._transfer = transfer.TransferConfig(
            multipart_chunksize=PART_BYTES, max_concurrency=UPLOADS
        )
        try:
            self._client: Any = boto3.client(
                "s3",
                endpoint_url=text(config, "s3_endpoint_url") or None,
                region_name=text(config, "s3_region") or None,
                aws_access_key_id=text(config, "s3_access_key_id") or None,
                aws_secret_access_key=text(config, "s3_secret_access_key") or None,
                aws_session_token=text(config, "s3_session_token") or None,
            )
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)
        except Exception as error:
            raise self._failed(error) from error
        self.staging = tempfile.mkdtemp(dir=text(config, "temp_dir") or None)

    def publish(self, path: str, name: str) -> None:
        """Upload a file."""
        try:
            self._client.upload_file(path, self._bucket, self._prefix + name, Config=self._transfer)
        except Exception as error:
            raise self._failed(error) from error

    def write_manifest(self, text_: str) -> None:
        """Replace the manifest."""
        key = f"{self._prefix}{MANIFESTS}/{self._run}.json"
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=text_.encode(), ContentType="application/json"
            )
        except Exception as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Remove temporary files."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def _failed(self, error: Exception) -> ConnectorError:
        return ConnectorError(
            f"s3://{self._bucket}/{self._prefix} cannot be used: {error}",
            "Check the bucket, its permissions, and the s3_ settings or AWS credentials",
        )

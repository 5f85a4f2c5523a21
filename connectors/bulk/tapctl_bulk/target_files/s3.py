"""Files in S3 or a compatible store. An object appears when its upload is complete."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from importlib import import_module
from typing import Any

from tapctl_bulk.common.logs import log_of_libraries
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.target_files.folder import MANIFESTS
from tapctl_bulk.target_files.s3_failures import explained

PART_BYTES = 8 << 20
UPLOADS = 2
CONNECT_SECONDS = 10
ATTEMPTS = 4
LOGGERS = ("boto3", "botocore", "s3transfer", "urllib3")


class Bucket:
    """A prefix in a bucket."""

    def __init__(self, url: str, run: str, config: Config) -> None:
        log_of_libraries()
        # At the level DEBUG, they log session tokens.
        for name in LOGGERS:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._url = f"s3://{self._bucket}/{self._prefix}"
        self._run = run
        self.staging = tempfile.mkdtemp(dir=text(config, "temp_dir") or None)
        try:
            # Loaded only for S3: boto3 takes 30 MB. It has no types.
            transfer: Any = import_module("boto3.s3.transfer")
            self._transfer = transfer.TransferConfig(
                multipart_chunksize=PART_BYTES, max_concurrency=UPLOADS
            )
            self._client = _client(config)
            self._check()
        except BaseException as error:
            self.close()
            if isinstance(error, Exception):
                raise explained(error, self._url) from error
            raise

    def publish(self, path: str, name: str) -> None:
        """Upload a file and remove it here."""
        try:
            self._client.upload_file(path, self._bucket, self._prefix + name, Config=self._transfer)
        except Exception as error:
            raise explained(error, self._url) from error
        os.unlink(path)

    def write_manifest(self, text_: str) -> None:
        """Replace the manifest."""
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._manifest,
                Body=text_.encode(),
                ContentType="application/json",
            )
        except Exception as error:
            raise explained(error, self._url) from error

    def close(self) -> None:
        """Remove temporary files."""
        shutil.rmtree(self.staging, ignore_errors=True)

    @property
    def _manifest(self) -> str:
        return f"{self._prefix}{MANIFESTS}/{self._run}.json"

    def _check(self) -> None:
        """Begin and abort an upload: it needs the permission to write, and no object appears."""
        place = {"Bucket": self._bucket, "Key": self._manifest}
        upload = self._client.create_multipart_upload(**place)
        self._client.abort_multipart_upload(**place, UploadId=upload["UploadId"])


def _client(config: Config) -> Any:
    boto3: Any = import_module("boto3")
    botocore: Any = import_module("botocore.config")
    options = botocore.Config(
        connect_timeout=CONNECT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return boto3.client(
        "s3",
        config=options,
        endpoint_url=text(config, "s3_endpoint_url") or None,
        region_name=text(config, "s3_region") or None,
        aws_access_key_id=text(config, "s3_access_key_id") or None,
        aws_secret_access_key=text(config, "s3_secret_access_key") or None,
        aws_session_token=text(config, "s3_session_token") or None,
    )

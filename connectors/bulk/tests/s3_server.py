"""An S3 server that checks keys and permissions: moto's, on a free port of this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import boto3
from moto import settings as moto_settings
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "lake"
REGION = "eu-central-1"


class S3Server:
    """A server with one bucket. `parts_may_pass` holds the uploads of parts while it is not set."""

    def __init__(self) -> None:
        self.parts_may_pass = threading.Event()
        self.parts_may_pass.set()
        self.part_waits = threading.Event()
        self._application = DomainDispatcherApplication(create_backend_app)
        self._turn = threading.Lock()
        self._server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._client("s3", ("any", "any")).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.writer = self._user("writer", "s3:PutObject", "s3:AbortMultipartUpload")
        self.reader = self._user("reader", "s3:GetObject", "s3:ListBucket")
        self._administrator = self._client("s3", self._user("administrator", "s3:*"))
        # From here on, moto checks signatures and policies.
        moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

    def objects(self) -> dict[str, bytes]:
        """Return all objects by their keys."""
        listed = self._administrator.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        keys = [one["Key"] for one in listed]
        return {
            key: self._administrator.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            for key in keys
        }

    def unfinished_uploads(self) -> int:
        """Return the number of uploads that are neither complete nor aborted."""
        return len(self._administrator.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))

    def empty(self) -> None:
        """Remove all objects and uploads."""
        for key in self.objects():
            self._administrator.delete_object(Bucket=BUCKET, Key=key)
        for one in self._administrator.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
            self._administrator.abort_multipart_upload(
                Bucket=BUCKET, Key=one["Key"], UploadId=one["UploadId"]
            )

    def stop(self) -> None:
        """End the server."""
        self.parts_may_pass.set()
        self._server.shutdown()

    def _answer(self, environ: dict[str, Any], respond: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT" and "partNumber=" in environ["QUERY_STRING"]:
            if not self.parts_may_pass.is_set():
                self.part_waits.set()
            self.parts_may_pass.wait()
        with self._turn:
            return [b"".join(self._application(environ, respond))]

    def _client(self, service: str, keys: tuple[str, str]) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
        )

    def _user(self, name: str, *actions: str) -> tuple[str, str]:
        """Create a user who may do these actions. Return the access key and its secret."""
        iam = self._client("iam", ("any", "any"))
        iam.create_user(UserName=name)
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        iam.put_user_policy(
            UserName=name,
            PolicyName="policy",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_args: Any, **_more: Any) -> None:
        pass

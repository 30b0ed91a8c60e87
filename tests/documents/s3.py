"""A service that speaks S3, in a process of its own, for the tests of where files are kept."""

import contextlib
import socket
import subprocess
import sys
import time
import uuid
from urllib.request import urlopen

import boto3

KEYS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}


def free_port():
    with contextlib.closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def serving():
    """Start it; give its address."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            for _attempt in range(300):
                with contextlib.suppress(OSError), urlopen(f"{address}/moto-api/data.json"):
                    break
                assert process.poll() is None
                time.sleep(0.1)
            yield address
        finally:
            process.kill()


def new_bucket(address):
    """Make an empty bucket; give the settings of a storage in it."""
    name = f"files-{uuid.uuid4().hex[:12]}"
    boto3.client("s3", endpoint_url=address, **KEYS).create_bucket(Bucket=name)
    return {
        "BACKEND": "core.object_storage.ObjectStorage",
        "OPTIONS": {
            "endpoint_url": address,
            "bucket_name": name,
            "access_key": "key",
            "secret_key": "secret",
            "region_name": "us-east-1",
        },
    }

"""Stored files with an S3-compatible service: read piece by piece, written in bounded memory, its faults told as `OSError`.

Needs the packages of `requirements/s3.in`; where `STORAGE_URL` names no such service, nothing imports this module.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

MEGABYTE = 1024 * 1024
PART = 5 * MEGABYTE
AT_ONCE = 1
"""A file is sent in parts of so much (S3 takes no smaller ones), so many at a time: some four parts are in memory."""

PIECE = 128 * 1024
NOT_THERE = frozenset({"404", "NoSuchKey", "NotFound"})


class StorageAway(OSError):
    """The service did not answer, or refused: what was asked of it may be asked again later."""


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if str(error.response.get("Error", {}).get("Code", "")) in NOT_THERE:
            raise FileNotFoundError("No such stored file.") from error
        raise StorageAway(type(error).__name__) from error
    except BotoCoreError as error:
        raise StorageAway(type(error).__name__) from error


class Remote(io.RawIOBase):
    """A stored file as one that can be read and sought in: one request for each stretch that is read without a jump."""

    def __init__(self, stored: Any, size: int) -> None:
        super().__init__()
        self._stored, self._size, self._at = stored, size, 0
        self._body: Any = None

    def readable(self) -> bool:
        """It is for reading alone."""
        return True

    def seekable(self) -> bool:
        """A jump costs a request."""
        return True

    def tell(self) -> int:
        """Return where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on from there; nothing is asked before it is read."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        target = max(start + offset, 0)
        if target != self._at:
            self._drop()
            self._at = target
        return target

    def readinto(self, buffer: Any) -> int:
        """Read as much as is asked for, at most to the end."""
        if self._at >= self._size:
            return 0
        with _told():
            if self._body is None:
                self._body = self._stored.get(Range=f"bytes={self._at}-")["Body"]
            piece = self._body.read(min(len(buffer), self._size - self._at))
        if not piece:
            raise StorageAway("The service ended the file early.")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Let the connection go, wherever it is in the file."""
        self._drop()
        super().close()

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


def _transfer() -> TransferConfig:
    """Return how files are sent; of parts that wait to be, ten would be kept in memory unless told otherwise."""
    config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=AT_ONCE)
    config.max_in_memory_upload_chunks = AT_ONCE
    return config


class ObjectStorage(S3Storage):
    """Files in one bucket, which nobody but this site reads: no addresses of its own are ever given out."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("default_acl", None)
        options.setdefault("file_overwrite", False)
        options.setdefault("transfer_config", _transfer())
        options.setdefault(
            "client_config",
            Config(
                connect_timeout=5,
                read_timeout=30,
                retries={"mode": "standard", "max_attempts": 3},
                s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
                # Many services that speak S3 know nothing of the newer sums that go with each request.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        super().__init__(**options)

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("Stored files are opened to be read.")
        with _told():
            stored = self.bucket.Object(self._normalize_name(name))
            size = stored.content_length
        return File(io.BufferedReader(Remote(stored, size), PIECE), name)

    def _save(self, name: str, content: Any) -> str:
        with _told():
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        """Say whether there is such a file; raise `StorageAway` where nobody can say."""
        with _told():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Remove the file, if there is one."""
        with _told():
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Return the folders and files in a folder; one that is not there is empty."""
        with _told():
            folders, files = super().listdir(name)
        return folders, files

    def size(self, name: str) -> int:
        """Return how many bytes it has."""
        with _told():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> Any:
        """Return when it was stored."""
        with _told():
            return super().get_modified_time(name)

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Refuse: each byte goes out through the door of its document."""
        raise ValueError("Stored files have no addresses.")

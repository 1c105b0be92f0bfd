"""A folder here or in an object store: what lies in it, and files that come into being whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from imu_hip.model.errors import Reason, UsageError
from imu_hip.model.extras import missing_extra
from imu_hip.session.json_file import make_folder
from imu_hip.session.kept_session import RAW, segment_name
from imu_hip.session.output_file import create_file, make_durable, whole_file


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in a place. `stamp` is another whenever its content is; empty where the store has no such thing."""

    url: str
    size: int
    stamp: str


class Place:
    """A folder by its path or URL, as fsspec reads them."""

    def __init__(self, url: str) -> None:
        """Find the file system that a path or URL belongs to.

        Raises
        ------
        UsageError
            There is none, or its extra is missing.
        """
        try:
            self._fs, root = fsspec.core.url_to_fs(url)
        except ImportError as error:
            what = f"{url}: what reaches it is not installed"
            if url.startswith("s3://"):
                raise missing_extra(what, "cluster") from error
            raise UsageError(Reason.MISSING_EXTRA, f"{what} ({error})") from error
        except ValueError as error:
            raise UsageError(Reason.WRONG_USAGE, f"{url}: cannot be reached ({error})") from error
        self._root = root.rstrip("/")
        self.url: str = self._fs.unstrip_protocol(self._root)

    def files(self, under: str = "", ending: str = "") -> Iterator[Listed]:
        """Yield the files below a folder by their URLs, in order; none when it is not there."""
        self._fs.invalidate_cache()
        root = f"{self._root}/{under}" if under else self._root
        try:
            found: dict[str, dict[str, Any]] = self._fs.find(root, detail=True)
        except FileNotFoundError:
            return
        for path, about in sorted(found.items()):
            if path.endswith(ending) and not path.rpartition("/")[2].startswith("."):
                stamp = about.get("ETag") or about.get("mtime") or about.get("LastModified") or ""
                yield Listed(self._fs.unstrip_protocol(path), int(about["size"]), str(stamp))

    def exists(self, name: str) -> bool:
        """Return whether there is such a file, asking the store anew."""
        self._fs.invalidate_cache()
        return bool(self._fs.exists(f"{self._root}/{name}"))

    def put(self, name: str, data: bytes) -> None:
        """Write a file that is there whole or not at all, and replaces the one of that name."""
        path = f"{self._root}/{name}"
        if not isinstance(self._fs, LocalFileSystem):
            self._fs.pipe_file(path, data)  # a store shows an object when all of it has come
            return
        local = Path(path)
        make_folder(local.parent)
        with whole_file(local, force=True) as part, create_file(part) as stream:
            stream.write(data)
            make_durable(stream)

    def delete(self, urls: list[str]) -> None:
        """Delete files by their URLs."""
        if urls:
            self._fs.rm([self._fs._strip_protocol(url) for url in urls])


def read_bytes(url: str) -> bytes:
    """Return what is in a file, by its path or URL. Raises OSError."""
    fs, path = fsspec.core.url_to_fs(url)
    data: bytes = fs.cat_file(path)
    return data


def read_files(url: str) -> list[bytes]:
    """Return what is in the files of a recording, by the path or URL of the first. Raises OSError.

    They are several where a session of the library went on after a crash.
    """
    fs, path = fsspec.core.url_to_fs(url)
    found: list[bytes] = [fs.cat_file(path)]
    folder, _, name = path.rpartition("/")
    if name == RAW:
        fs.invalidate_cache()
    while name == RAW and fs.exists(following := f"{folder}/{segment_name(len(found) + 1)}"):
        found.append(fs.cat_file(following))
    return found

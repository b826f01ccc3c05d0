"""Digests: what was written is what is read, to the last bit, or it is told.

A flipped bit of a disk turns one number into another that looks as good. Whatever holds results therefore has a digest
beside it, which is taken again whenever it is read: of each run in a ledger or a store, and of each file of a folder.
"""

from __future__ import annotations

import hashlib
import json
import struct
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.errors import StudyError

#: The file of a folder that holds the digests of the others.
DIGESTS = "digests.json"
_SIZE = 16


def digest_of(*parts: Any) -> str:
    """Digest (BLAKE2b, 128 bits, hexadecimal) of texts, bytes, numbers and None: each with its kind and its length."""
    found = hashlib.blake2b(digest_size=_SIZE)
    for part in parts:
        data = _bytes(part)
        found.update(f"{type(part).__name__} {len(data)} ".encode())
        found.update(data)
    return found.hexdigest()


def _bytes(part: Any) -> bytes:
    if isinstance(part, bytes):
        return part
    if isinstance(part, float):
        return struct.pack("<d", part)
    return part.encode("utf-8", "surrogatepass") if isinstance(part, str) else repr(part).encode()


def note_digests(folder: Path, names: list[str]) -> None:
    """Keep the digests of files of ``folder``, beside those that were noted before."""
    known = {name: digest for name, digest in _noted(folder).items() if (folder / name).is_file()}
    files = known | {name: file_digest(folder / name) for name in names}
    beside = folder / f"{DIGESTS}.part"
    content = {"files": files, "digest": digest_of(*sorted(files.items()))}
    beside.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    beside.replace(folder / DIGESTS)


def check_digest(file: Path) -> None:
    """Refuse a file of a results folder that is not, to the last bit, what was written. Raises StudyError."""
    noted = _noted(file.parent).get(file.name)
    if noted is None:
        told = "there is no digest of it, so nobody can say whether it is whole (older versions kept none)"
    elif file_digest(file) != noted:
        told = "it was damaged or changed: its digest is another than when it was written"
    else:
        return
    raise StudyError(str(file), told, "Give the same command again: it writes the folder anew.")


def is_whole(file: Path) -> bool:
    """Whether a file is what was written."""
    try:
        check_digest(file)
    except (StudyError, OSError):
        return False
    return True


def file_digest(file: Path) -> str:
    """Digest of a file's bytes; taken once for as long as the file is the same to the system."""
    found = file.stat()
    return _file_digest(file.resolve(), found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=256)
def _file_digest(file: Path, changed: int, size: int, node: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=_SIZE)).hexdigest()


def _noted(folder: Path) -> dict[str, str]:
    """Digests by file; none where the list itself is damaged."""
    try:
        content = json.loads((folder / DIGESTS).read_text(encoding="utf-8"))
        files = {str(name): str(digest) for name, digest in content["files"].items()}
        return files if content["digest"] == digest_of(*sorted(files.items())) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}

"""Digests: results are read exactly as they were written, to the last bit, or an error is reported.

A bit flipped on a disk turns one number into another that looks just as good. Every run in a ledger or store and every
file of a results folder therefore has a digest, which is checked whenever it is read.
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
    """Record the digests of files of ``folder``, along with those recorded before."""
    known = {name: digest for name, digest in _noted(folder).items() if (folder / name).is_file()}
    files = known | {name: file_digest(folder / name) for name in names}
    part = folder / f"{DIGESTS}.part"
    content = {"files": files, "digest": digest_of(*sorted(files.items()))}
    part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(folder / DIGESTS)


def check_digest(file: Path) -> None:
    """Refuse a file of a results folder that is not exactly what was written. Raises StudyError."""
    noted = _noted(file.parent).get(file.name)
    if noted is None:
        problem = "it has no digest, so damage could not be detected (older versions recorded none)"
    elif file_digest(file) != noted:
        problem = "it was damaged or changed: its digest differs from the one recorded when it was written"
    else:
        return
    raise StudyError(str(file), problem, "Run the same command again: it rewrites the folder.")


def is_whole(file: Path) -> bool:
    """Whether a file is exactly what was written."""
    try:
        check_digest(file)
    except (StudyError, OSError):
        return False
    return True


def file_digest(file: Path) -> str:
    """Digest of a file's bytes; computed once as long as size, time and inode stay the same."""
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

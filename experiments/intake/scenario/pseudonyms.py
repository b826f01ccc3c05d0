"""Personal names in users' tables replaced by keyed hashes, so that a scenario folder can leave the house."""

from __future__ import annotations

import hashlib
import secrets

_DIGITS = 10


def new_key() -> bytes:
    """A random key that is not kept: without it nobody can test whether a hash is a given person's."""
    return secrets.token_bytes(32)


def hashed(name: str, prefix: str, key: bytes) -> str:
    """Stand-in for a name, the same wherever the name occurs under one key; blank stays blank."""
    if not name:
        return name
    digest = hashlib.blake2b(name.encode(), key=key, digest_size=16).hexdigest()
    return f"{prefix}-{digest[:_DIGITS]}"

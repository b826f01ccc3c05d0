"""Pseudonyms for personal names: keyed hashes, so that a scenario folder can be passed on."""

from __future__ import annotations

import hashlib
import secrets

_DIGITS = 10


def new_key() -> bytes:
    """A random key that is not stored: without it nobody can test whether a hash belongs to a given person."""
    return secrets.token_bytes(32)


def hashed(name: str, prefix: str, key: bytes) -> str:
    """Pseudonym of a name, the same wherever the name occurs under one key; blank stays blank."""
    if not name:
        return name
    digest = hashlib.blake2b(name.encode(), key=key, digest_size=16).hexdigest()
    return f"{prefix}-{digest[:_DIGITS]}"

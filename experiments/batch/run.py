"""One run of a batch: which market, policy, future, horizon and seed, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from experiments.identity import OUTPUTS, code_hash, version
from experiments.runs import AS_WRITTEN, quoted


class Kept(NamedTuple):
    """What is kept of a run: key figures by name (all when empty), and whether by week and by territory, segment, offer."""

    kpis: tuple[str, ...] = ()
    weekly: bool = False
    by: bool = False


@dataclass(frozen=True)
class Base:
    """A scenario under one policy before any future: what a worker loads once.

    ``settings`` hold for every run of it (the design's `set`, the policy's levers); ``digest`` is that of the resolved
    scenario, by which a worker notices that a file was edited.
    """

    scenario: str
    policy: str
    settings: tuple[tuple[str, Any], ...]
    digest: str


@dataclass(frozen=True)
class Run:
    """One run. ``settings`` are what its future sets on top of the base; replication r has seed first + r everywhere."""

    base: Base
    policy: str
    future: int
    weeks: int
    replication: int
    seed: int
    settings: tuple[tuple[str, Any], ...]
    kept: Kept
    identity: str
    timeout: float | None = None

    @property
    def name(self) -> str:
        """The run in words."""
        return f"{self.policy}, future {self.future}, {self.weeks} weeks, replication {self.replication}"

    @property
    def replay(self) -> str:
        """The command that repeats this run alone."""
        parts = ["deepmarket run", quoted(self.base.scenario)]
        if self.base.policy != AS_WRITTEN:
            parts.append(f"--policy {quoted(self.base.policy)}")
        parts.append(f"--seed {self.seed} --weeks {self.weeks}")
        settings = {**dict(self.base.settings), **dict(self.settings)}
        return " ".join([*parts, *(f"--set {quoted(f'{path}={as_toml(value)}')}" for path, value in settings.items())])


def identify(base: Base, settings: Mapping[str, Any], weeks: int, seed: int, kept: Kept) -> str:
    """Identity of a run: code, base (scenario, policy and what is set for all), future, horizon, outputs, seed.

    It does not hold the policy's label: two names of one policy are one run.
    """
    parts = [version(), code_hash(), OUTPUTS, base.digest, sorted(settings.items()), weeks, seed, kept]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:24]


def as_toml(value: Any) -> str:
    """A value as `--set` reads it back, exactly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)

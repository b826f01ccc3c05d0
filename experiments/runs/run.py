"""One run: which market, policy and seed, what is set on top, and what is kept of it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

#: Name that stands for the policies written in the scenario itself, without any overlay.
AS_WRITTEN = "as_written"
#: Stands in the place of a future's number where a run belongs to no batch.
NO_FUTURE = -1


class Kept(NamedTuple):
    """What is kept of a run: KPIs by name (all when empty), and whether by week, by territory, segment and offer, and
    the assumed values of the market."""

    kpis: tuple[str, ...] = ()
    weekly: bool = False
    by: bool = False
    assumptions: bool = False


#: Everything that a study of policies is made of.
ALL_TABLES = Kept(weekly=True, by=True, assumptions=True)


class Past(NamedTuple):
    """What runs of a base live through before week 1: ``digest`` is :attr:`sim.scenario.Scenario.past`, ``weeks`` are those
    of the warm-up, ``weeks_after`` those of the scenario after it."""

    digest: str
    weeks: int
    weeks_after: int


@dataclass(frozen=True)
class Base:
    """A scenario under one policy before any future: what a worker loads once.

    ``policy`` is what to load. ``settings`` and ``weeks`` (None: the scenario's) hold for every run of it; ``digest`` is
    that of the resolved scenario, by which a worker notices that a file was edited. ``past`` is None without a warm-up.
    """

    scenario: str
    policy: str
    settings: tuple[tuple[str, Any], ...]
    digest: str
    weeks: int | None = None
    past: Past | None = None


@dataclass(frozen=True)
class Run:
    """One run. The policy never enters the seed, so all policies meet the same luck.

    ``policy`` is what tables call the policy, ``identity`` is of :func:`experiments.runs.identity.identify`.
    ``settings`` are what a future sets on top of the base and ``weeks`` its horizon (None: the base's); ``future`` and
    ``replication`` are a run's place in a batch. ``timeout`` is the longest that it may take, seconds.
    """

    base: Base
    policy: str
    seed: int
    identity: str
    kept: Kept = ALL_TABLES
    settings: tuple[tuple[str, Any], ...] = ()
    weeks: int | None = None
    future: int = NO_FUTURE
    replication: int = 0
    timeout: float | None = None

    @property
    def name(self) -> str:
        """The run in words."""
        if self.future == NO_FUTURE:
            return f"{self.policy}, seed {self.seed}"
        return f"{self.policy}, future {self.future}, {self.weeks} weeks, replication {self.replication}"

    @property
    def replay(self) -> str:
        """The command that repeats this run alone."""
        parts = ["deepmarket run", quoted(self.base.scenario)]
        if self.base.policy != AS_WRITTEN:
            parts.append(f"--policy {quoted(self.base.policy)}")
        parts.append(f"--seed {self.seed}")
        weeks = self.base.weeks if self.weeks is None else self.weeks
        if weeks is not None:
            parts.append(f"--weeks {weeks}")
        settings = {**dict(self.base.settings), **dict(self.settings)}
        return " ".join([*parts, *set_options(settings)])


def set_options(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Options of a shell line that set the same again."""
    return tuple(f"--set {quoted(f'{path}={_as_text(value)}')}" for path, value in settings.items())


def _as_text(value: Any) -> str:
    """A value as `--set` reads it back, exactly. Settings that are texts are read as TOML wherever they come from."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if value == value.strip() and value.strip(", ") else json.dumps(value, ensure_ascii=False)
    return repr(value)


def quoted(text: str) -> str:
    """``text`` as a shell takes it."""
    return shlex.quote(text)

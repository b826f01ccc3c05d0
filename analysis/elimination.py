"""Choosing the best of several policies: all are replicated, and those that fall behind drop out one by one.

Procedure KN of Kim & Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM
Transactions on Modeling and Computer Simulation 11(3):251-273, with c = 1, for systems that are simulated with common
random numbers (Bonferroni's constant, α/(k - 1), which requires no independence).

With k policies, n₀ replications in the first stage, indifference δ and confidence 1 - α:

* η = ½ ((2α/(k - 1))^(-2/(n₀ - 1)) - 1), the root of g(η) = ½ (1 + 2η)^(-(n₀ - 1)/2) = α/(k - 1), and h² = 2η(n₀ - 1).
* S²ᵢₗ is the sample variance of the paired differences of i and l in the first stage. It is not updated: the guarantee
  rests on its independence of the means (normal values).
* After replication r ≥ n₀ policy i stays if for every other l still in its mean X̄ᵢ(r) ≥ X̄ₗ(r) - Wᵢₗ(r), where
  Wᵢₗ(r) = max(0, δ/(2r) (h² S²ᵢₗ/δ² - r)).

If the best mean is at least δ above all others, it is chosen with a probability of at least 1 - α when values are
jointly normal. Common luck makes S²ᵢₗ small and so saves replications; it never affects the guarantee.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.intervals import Floats

#: Replications of the first stage: fewer make the boundary wide, more are spent on policies that are clearly worse.
FIRST_STAGE = 10


class Fall(NamedTuple):
    """Why a policy is out: after ``replication`` replications it was too far behind the policy ``by``."""

    replication: int
    by: str


class Elimination:
    """The procedure as a state machine: :meth:`add` one replication after another until ``best`` is known.

    ``policies`` are at least two names, ``indifference`` is the smallest difference that matters (in the unit of the
    values), ``confidence`` the guaranteed probability of choosing a best policy that is ahead by that much. More is
    better: the caller flips the sign of values of which less is better. Raises ValueError for settings out of range.
    """

    def __init__(
        self, policies: Sequence[str], indifference: float, confidence: float = 0.95, first_stage: int = FIRST_STAGE
    ) -> None:
        count = len(policies)
        if count < 2 or len(set(policies)) < count:
            raise ValueError("at least two policies of different names are needed")
        if not 0 < indifference < np.inf:
            raise ValueError(f"the indifference must be above 0, not {indifference}")
        if not 1 / count < confidence < 1:
            raise ValueError(f"the confidence must lie between 1/{count} (a blind guess) and 1, not {confidence}")
        if first_stage < 2:
            raise ValueError(f"the first stage needs at least 2 replications, not {first_stage}")
        self.policies = tuple(policies)
        self.indifference, self.confidence, self.first_stage = indifference, confidence, first_stage
        self.replications = 0
        self._in = np.ones(count, dtype=np.bool_)
        self._falls: dict[int, Fall] = {}
        self._sums = np.zeros(count)
        self._first: list[Floats] = []
        self._reach = np.full((count, count), np.inf)

    @property
    def survivors(self) -> tuple[str, ...]:
        """Policies still in, in the order given."""
        return tuple(name for name, inside in zip(self.policies, self._in, strict=True) if inside)

    @property
    def best(self) -> str | None:
        """The policy chosen: the only one left, or None."""
        left = self.survivors
        return left[0] if len(left) == 1 else None

    @property
    def most(self) -> float:
        """Replications after which the procedure has ended for sure; infinite during the first stage."""
        if self.best is not None:
            return self.replications
        reach = self._reach[np.ix_(self._in, self._in)]
        return float(max(np.floor(reach.max()) + 1, self.first_stage))

    def why(self, policy: str) -> Fall | None:
        """When ``policy`` fell, and behind which one; None while it is in."""
        return self._falls.get(self.policies.index(policy))

    def add(self, values: Sequence[float] | Floats) -> None:
        """Take in the next replication: values [policies] under one seed, in the order of ``policies``.

        Values of policies that are out are ignored (they may be NaN). Raises ValueError when a policy still in has no
        number, and when the best is known already.
        """
        if self.best is not None:
            raise ValueError("the best policy is known already")
        row = np.where(self._in, np.asarray(values, dtype=np.float64), 0.0)
        if not np.isfinite(row).all():
            raise ValueError("every policy still in needs a number")
        self.replications += 1
        self._sums += row
        if self.replications <= self.first_stage:
            self._first.append(row)
        if self.replications == self.first_stage:
            self._measure()
        if self.replications >= self.first_stage:
            self._screen()

    def _measure(self) -> None:
        """Variances of differences in the first stage, as replications after which no lead is too small: h² S²ᵢₗ/δ²."""
        first = np.array(self._first)
        variances = (first[:, :, None] - first[:, None, :]).var(axis=0, ddof=1)
        self._reach = boundary(len(self.policies), self.confidence, self.first_stage) * variances / self.indifference**2

    def _screen(self) -> None:
        """Drop every policy that lies too far behind another; of policies with equal means the first one stays."""
        inside = np.flatnonzero(self._in)
        sums, reach = self._sums[inside], self._reach[np.ix_(inside, inside)]
        # In sums, not means: Σᵢ ≥ Σₗ - max(0, δ/2 (h² S²ᵢₗ/δ² - r)).
        slack = np.maximum(0.0, self.indifference / 2 * (reach - self.replications))
        behind = sums[None, :] - sums[:, None] - slack
        equal = (slack == 0.0) & (sums[None, :] == sums[:, None]) & np.tri(len(inside), k=-1, dtype=np.bool_)
        for place in np.flatnonzero((behind > 0).any(axis=1) | equal.any(axis=1)):
            by = int(np.argmax(np.where(equal[place], np.inf, behind[place])))
            self._in[inside[place]] = False
            self._falls[int(inside[place])] = Fall(self.replications, self.policies[inside[by]])


def boundary(policies: int, confidence: float, first_stage: int) -> float:
    """h² = 2η(n₀ - 1) of procedure KN with c = 1 under common random numbers."""
    wrong = (1.0 - confidence) / (policies - 1)
    eta = 0.5 * ((2.0 * wrong) ** (-2.0 / (first_stage - 1)) - 1.0)
    return float(2.0 * eta * (first_stage - 1))

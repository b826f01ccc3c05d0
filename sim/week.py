"""The week: its phases in order, what each reads and may write, and why each comes where it does.

What a phase reads and writes is declared in its own module, next to its code.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from sim.phases import (
    account,
    decide,
    demand,
    firms,
    fulfil,
    look,
    maintain,
    manage,
    people,
    record,
    relate,
    segment,
    serve,
    spread,
    tastes,
    work,
)
from sim.state import MarketState
from sim.state.read_guard import refuse_undeclared


@dataclass(frozen=True)
class Phase:
    """One phase: the columns it ``reads`` and ``writes``, as ``table.column``; each is in one of the two alone.

    All that it does not write is read-only meanwhile; where reads are checked, all that it names in neither is closed.
    """

    name: str
    function: Callable[[MarketState], None]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    why: str


WEEK: tuple[Phase, ...] = (
    Phase(
        "tastes",
        tastes.change_tastes,
        tastes.READS,
        tastes.WRITES,
        "Customers change between weeks, before anyone looks at them.",
    ),
    Phase(
        "firms",
        firms.renew_firms,
        firms.READS,
        firms.WRITES,
        "Firms close and others open between weeks, before anyone looks at them.",
    ),
    Phase(
        "look",
        look.look,
        look.READS,
        look.WRITES,
        "Reports that arrive this week, and how accounts stand, are known before anyone decides.",
    ),
    Phase(
        "segment",
        segment.segment,
        segment.READS,
        segment.WRITES,
        "Segments come from what is known, before plans and prices use them.",
    ),
    Phase(
        "decide",
        decide.decide,
        decide.READS,
        decide.WRITES,
        "Plans, pay, prices and budgets stand before the week's work begins.",
    ),
    Phase(
        "manage",
        manage.manage,
        manage.READS,
        manage.WRITES,
        "Routines take their hours first; what they leave is for the field.",
    ),
    Phase(
        "work",
        work.work,
        work.READS,
        work.WRITES,
        "Reps visit before customers choose; their reports start their way.",
    ),
    Phase(
        "spread",
        spread.spread,
        spread.READS,
        spread.WRITES,
        "Advertising, visits and talk make brands known before needs arise.",
    ),
    Phase(
        "demand",
        demand.demand,
        demand.READS,
        demand.WRITES,
        "Customers with a need choose among the offers they know and can get.",
    ),
    Phase(
        "fulfil",
        fulfil.fulfil,
        fulfil.READS,
        fulfil.WRITES,
        "Goods that arrived serve this week's choices; what was sold is ordered again.",
    ),
    Phase(
        "maintain",
        maintain.maintain,
        maintain.READS,
        maintain.WRITES,
        "Items fail as they were owned until today, and what was bought today is installed; both are felt with it.",
    ),
    Phase(
        "serve",
        serve.serve,
        serve.READS,
        serve.WRITES,
        "What was delivered becomes experience, habit and talk.",
    ),
    Phase(
        "account",
        account.account,
        account.READS,
        account.WRITES,
        "Everything that happened is booked once, to the minor unit.",
    ),
    Phase(
        "relate",
        relate.relate,
        relate.READS,
        relate.WRITES,
        "What the week brought distributors moves what they do in the next.",
    ),
    Phase(
        "people",
        people.people,
        people.READS,
        people.WRITES,
        "People leave and join between weeks, after they were paid.",
    ),
    Phase(
        "record",
        record.record,
        record.READS,
        record.WRITES,
        "The week is written down and the laws of conservation are checked.",
    ),
)


def _read_guard(state: MarketState, phase: Phase) -> AbstractContextManager[None]:
    return refuse_undeclared(state.tables(), phase.name, frozenset((*phase.reads, *phase.writes)))


def run_week(state: MarketState, observe: Callable[[Phase], None] | None = None, *, check_reads: bool = False) -> None:
    """Run all phases once; ``observe`` is called after each phase (for timing).

    With ``check_reads`` a phase that reads a column it did not declare raises UndeclaredRead.
    """
    for phase in WEEK:
        with state.lend(phase.writes), _read_guard(state, phase) if check_reads else nullcontext():
            phase.function(state)
        if observe is not None:
            observe(phase)

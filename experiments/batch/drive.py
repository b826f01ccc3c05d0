"""The drive of a batch: what its folder does not hold is run and recorded, replacement blocks of a design among it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from analysis.digests import digest_of
from experiments.batch.batch_folder import FILES, REPLACEMENTS, WATCHED, BatchFolder
from experiments.batch.batch_plan import BLOCKS, BatchPlan
from experiments.batch.design_checks import check_verb
from experiments.batch.search_points import with_kept_points
from experiments.batch.status import states_of
from experiments.runs.backends import Backend
from experiments.runs.driver import Task
from experiments.runs.progress import Progress, Tally
from experiments.runs.run_folder import WHOLE, Shard
from experiments.runs.work import at_work
from experiments.runs.worker import simulate
from sim.errors import InputError, InputErrors
from sim.reading.toml_text import READ


def drive(
    plan: BatchPlan,
    folder: BatchFolder,
    backend: Backend,
    *,
    shard: Shard = WHOLE,
    retry: bool = False,
    max_failures: int | None = None,
    progress: Progress | None = None,
    task: Task = simulate,
) -> Tally:
    """Do all runs of ``plan`` that the folder's ledgers do not hold; failed ones only with ``retry``.

    A block of a Saltelli or Morris design in which a run failed is replaced by the next block, until as many blocks
    are whole as the design asks for (at most as many again are tried). A shard replaces none: its driver cannot know
    what happens to the rest of a block. Raises :class:`experiments.runs.work.TooManyFailures`, KeyboardInterrupt after the runs that had
    ended are recorded, and :class:`InputErrors` when another driver is at work on this ledger or the design asks for
    a search.
    """
    check_verb(plan.design, searches=False)
    asked, files = len(plan.futures), files_of(plan)
    plan = extended(plan, folder)
    with at_work(
        folder,
        backend,
        timeout=plan.design.content.timeout,
        shard=shard,
        retry=retry,
        max_failures=max_failures,
        progress=progress,
        task=task,
    ) as work:
        tally = work.tally
        tally.refilled = _blocks(plan, asked)
        work.ledger.note(FILES, json.dumps(folder.files() | files))
        work.ledger.note(WATCHED, json.dumps(states_of(_read_for(plan))))
        work.do(plan.runs())
        while plan.method in BLOCKS and shard.of == 1:
            missing = missing_blocks(plan, folder)
            if missing == 0:
                break
            if tally.refilled + missing > plan.design.content.futures.size:
                tally.notes.append(
                    f"{missing} blocks are not whole, and {tally.refilled} replacements were tried: see what fails"
                )
                break
            before = len(plan.futures)
            plan = plan.with_blocks(missing)
            tally.refilled += missing
            work.ledger.note(REPLACEMENTS, str(tally.refilled))
            work.do(run for run in plan.runs() if run.future >= before)
    return tally


def missing_blocks(plan: BatchPlan, folder: BatchFolder) -> int:
    """How many blocks of the design are not whole, less the replacements that are."""
    done = folder.done()
    short = {run.future for run in plan.runs() if run.identity not in done}
    whole = plan.futures.assign(short=plan.futures.index.isin(short)).groupby("block")["short"].any()
    return max(0, plan.design.content.futures.size - int((~whole).sum()))


def extended(plan: BatchPlan, folder: BatchFolder) -> BatchPlan:
    """The plan with what the folder holds beyond the design: replacement blocks, points that a search asked for.

    Raises :class:`InputErrors` when files that the design names are no longer those of its first drive: tables would
    lose the runs that are done, and mix markets.
    """
    noted, now = folder.files(), files_of(plan)
    changed = [name for name, digest in now.items() if noted.get(name, digest) != digest]
    if changed:
        problem = f"was started with other files: {', '.join(changed[:3])}{' …' if len(changed) > 3 else ''}"
        remedy = "give them their old content, or start the design in another folder with --out"
        raise InputErrors([InputError(str(folder.path), problem, "files that stay as they are", remedy)])
    if plan.design.content.optimise is not None:
        return with_kept_points(plan, folder)
    if plan.method not in BLOCKS:
        return plan
    return plan.with_blocks(folder.replacements())


def files_of(plan: BatchPlan) -> dict[str, str]:
    """Digests of what the files that a design names hold: of each market under each policy, and of the futures."""
    found = {
        f"{name} under {policy.name}": plan.bases[plan.design.located(name), policy.name].digest
        for name in plan.design.scenarios
        for policy in plan.policies
    }
    futures = f"futures (of the design {digest_of(plan.design.text)[:8]})"
    return found | {futures: hashlib.sha256(plan.futures.to_csv().encode()).hexdigest()}


def _read_for(plan: BatchPlan) -> list[Path]:
    """Files that the plan was made from: those of markets, policies and tables, and the tables of points."""
    tables = [plan.design.folder / plan.design.content.futures.file] if plan.design.content.futures.file else []
    return sorted({*READ, *(table.resolve() for table in tables)})


def _blocks(plan: BatchPlan, first: int) -> int:
    """Blocks among the futures from number ``first`` on."""
    return int(plan.futures["block"].iloc[first:].nunique())

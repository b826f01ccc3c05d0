"""Conclusions in sentences: which policy wins over futures, by how much, how surely, and where it fails."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.conclusions import Conclusions, Finding
from analysis.futures.sensitivity import Sensitivity
from analysis.numerals import Scale, inside, listed, p_text, percent, plural, probability, scale_of
from analysis.paired import row_of
from analysis.targets import targets_in_words


def tell(found: Conclusions) -> tuple[str, ...]:
    """All conclusions, one sentence each, the answer first."""
    return (*_of_pick(found), *_of_policies(found), *_of_rules(found), *_of_findings(found), *_of_sensitivities(found))


def scale_for(found: Conclusions, values: pd.Series, unit: str) -> Scale:
    """The scale on which values of the KPI are written."""
    return scale_of(values.dropna().tolist(), unit, found.ensemble.meta.currency)


def _of_pick(found: Conclusions) -> Iterator[str]:
    """The policy with the least regret: how much, how often it is best, how sure its mean is the best."""
    if found.robust is None or found.pick is None:
        return
    ensemble, robust = found.ensemble, found.robust.set_index("policy")
    best = row_of(robust, found.pick)
    scale = scale_for(found, robust["max_regret"], str(best["unit"]))
    most, mean = (_size(scale, float(best[column])) for column in ("max_regret", "mean_regret"))
    futures, tied = plural(int(best["futures"]), "future"), _tied(found, "minimax_regret")
    head, also = ensemble.title(found.pick), f" ({tied})" if tied else ""
    missing = int(best["left_out"])
    excluded = f"; {plural(missing, 'incomplete future')} excluded" if missing else ""
    if best["max_regret"] == 0 and best["share_best"] == 1:
        yield f"{head} is the best of {len(ensemble.policies)} policies in every one of {futures}{excluded}."
        return
    if best["max_regret"] == 0:
        sentence = f"{head} forgoes nothing{also}: no policy is better in any of {futures}, and it"
    else:
        often = percent(float(best["share_best"]), decimals=0)
        sentence = f"{head} forgoes least where it is not the best{also}: at most {most} in any of {futures}, {mean} on average; "
        sentence += f"it is best in {often} of them, and"
    yield f"{sentence} has the best mean with probability {probability(float(best['probability_best']))}{excluded}."


def _of_policies(found: Conclusions) -> Iterator[str]:
    """The means over futures against the baseline, and how often targets are met."""
    if found.pairs is None or found.robust is None:
        return
    ensemble, robust = found.ensemble, found.robust.set_index("policy")
    baseline = ensemble.title(ensemble.baseline)
    for row in found.pairs.to_dict(orient="records"):
        if row["verdict"] == "identical":
            subject = f"{ensemble.title(str(row['policy']))} does exactly as well as {baseline}"
            yield f"{subject} on {inside(str(row['label']))} in each of {plural(int(row['futures']), 'future')}."
            continue
        scale = scale_for(found, pd.Series([row["difference"], row["low"], row["high"]]), str(row["unit"]))
        difference = scale.difference(float(row["difference"]))
        evidence = f"95 % confidence interval over {plural(int(row['futures']), 'future')} {scale.interval(float(row['low']), float(row['high']))}"
        share = percent(float(row["share_better"]), decimals=0)
        verb = {"better": "is better than", "worse": "is worse than"}.get(
            str(row["verdict"]), "cannot be distinguished from"
        )
        yield (
            f"{ensemble.title(str(row['policy']))} {verb} {baseline} on {inside(str(row['label']))}: {difference} on average "
            f"({evidence}; p {p_text(float(row['p_holm']))} by Holm over {plural(len(found.pairs), 'comparison')}); better in {share} of futures."
        )
    if found.targets:
        met = [
            f"{ensemble.title(str(policy))} in {percent(float(share), decimals=0)}"
            for policy, share in robust["satisficing"].sort_values(ascending=False, kind="stable").items()
        ]
        several = len(found.targets) > 1
        head = f"{'Targets' if several else 'The target'} ({targets_in_words(ensemble, found.targets)})"
        yield f"{head} {'are all' if several else 'is'} met by {listed(met)} of futures."


def _size(scale: Scale, amount: float) -> str:
    """What is forgone, or the size of an effect: a difference without a sign."""
    return scale.difference(amount).lstrip("+")


def _tied(found: Conclusions, rule: str) -> str:
    """How many other policies score the same by a rule; empty when none does."""
    if found.choices is None:
        return ""
    others = int(row_of(found.choices.set_index("rule"), rule)["tied"]) - 1
    return f"as {others} other{' policies do' if others > 1 else ' does'}" if others else ""


def _of_rules(found: Conclusions) -> Iterator[str]:
    """Which policy each rule picks, and whether fresh futures confirm it."""
    if found.choices is None:
        return
    ensemble = found.ensemble
    by_pick: dict[str, list[str]] = {}
    for row in found.choices.to_dict(orient="records"):
        tied = _tied(found, str(row["rule"]))
        by_pick.setdefault(str(row["policy"]), []).append(f"{row['words']}{f' ({tied})' if tied else ''}")
    picks = "; ".join(f"{ensemble.title(policy)}: {listed(words)}" for policy, words in by_pick.items())
    if int(found.choices["fresh_futures"].iloc[0]) == 0:
        yield f"Chosen by rule: {picks}. No fresh futures were held out to check this."
        return
    again = int(found.choices["again"].fillna(False).sum())
    fresh = plural(int(found.choices["fresh_futures"].iloc[0]), "fresh future")
    yield f"Chosen by rule: {picks}. On {fresh} {again} of {len(found.choices)} rules pick the same policy again."


def _of_findings(found: Conclusions) -> Iterator[str]:
    for finding in found.findings:
        yield finding.discovery.sentence
        if finding.check is not None:
            yield _checked(finding, finding.check)


def _checked(finding: Finding, check: pd.DataFrame) -> str:
    row = check.iloc[-1]
    density = f"{percent(float(row['density']), decimals=0)}" if row["futures"] else "none"
    return (
        f"On fresh futures this rule {'' if str(row['verdict']) != 'cannot tell' else 'cannot be judged: it '}"
        f"{str(row['verdict']) if str(row['verdict']) != 'cannot tell' else 'holds too few of them'}: {int(row['cases'])} of {plural(int(row['futures']), 'future')} "
        f"inside are cases ({density}), {int(row['cases'])} of all {int(row['of_cases'])} cases are inside."
    )


def _of_sensitivities(found: Conclusions) -> Iterator[str]:
    for one in found.sensitivities:
        yield _sensitivity(found, one)


def _sensitivity(found: Conclusions, one: Sensitivity) -> str:
    ensemble = found.ensemble
    subject = f"{inside(one.label)} under {ensemble.title(one.policy)}"
    if one.against:
        subject = f"the difference in {inside(one.label)} between {ensemble.title(one.policy)} and {ensemble.title(one.against)}"
    column = "total" if one.method == "saltelli" else "mu_star"
    rows = one.table.sort_values(column, ascending=False, kind="stable").head(3).to_dict(orient="records")
    if one.method == "saltelli":
        drivers = [
            f"{row['factor']} ({row['total']:.2f} [{row['total_low']:.2f}, {row['total_high']:.2f}])" for row in rows
        ]
        measure = "total Sobol indices"
    else:
        scale = scale_of([row["mu_star"] for row in rows], one.unit, ensemble.meta.currency)
        drivers = [f"{row['factor']} ({_size(scale, row['mu_star'])})" for row in rows]
        measure = "mean size of effects over the full range"
    excluded = f"; {plural(len(one.excluded), 'incomplete block')} excluded" if len(one.excluded) else ""
    return f"What moves {subject} most: {listed(drivers)} ({measure}, {plural(one.blocks, 'block')}{excluded})."

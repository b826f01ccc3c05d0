"""Deals as projects: their lengths, those open at the start, the load of a rep, the season of openings."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crm_fixture import FIRST_DAY, small_crm

from experiments.intake import import_crm
from experiments.intake.crm.crm_fit import CrmFit, fit_crm
from experiments.intake.crm.crm_tables import CrmTables, read_crm
from experiments.intake.crm.deal_cycles import load_of_reps, mean_cycle, season_of_openings
from experiments.intake.fits.observation_window import Window, window_of_deals
from experiments.intake.fits.season import Season
from experiments.intake.tables.files.table_reader import read_table
from experiments.intake.tables.mapped_tables import map_tables
from experiments.intake.tables.quality_ledger import QualityLedger
from experiments.intake.tables.schema.crm_kinds import CRM_KINDS
from experiments.intake.tables.schema.mapping_file import load_mapping
from sim.market import Market
from sim.scenario import Scenario


def fitted(tmp_path: Path) -> tuple[CrmTables, CrmFit, Window]:
    """The small CRM fitted on all its weeks."""
    ledger, given = QualityLedger(), load_mapping(None, CRM_KINDS)
    tables = [read_table(p, ledger) for p in small_crm().write(tmp_path)]
    found = map_tables([t for t in tables if t is not None], CRM_KINDS, given, ledger)
    crm = read_crm(found, given, ledger)
    window = window_of_deals(crm.deals.loc[crm.deals["state"].ne("open"), "closed"], 0.0)
    return crm, fit_crm(crm, window), window


def test_a_crm_becomes_a_market_of_projects(tmp_path: Path) -> None:
    """Lengths match the deals of each product, and deals open before the first week are open in the market."""
    out = tmp_path / "m"
    import_crm(small_crm().write(tmp_path), out, runs=0, holdout=0.0)
    scenario = Scenario.load(out)
    rows = small_crm().opportunities[1:]
    for category in scenario.world.categories:
        decided = [r for r in rows if r[6] and r[2].replace(" ", "_") == category.name]
        days = np.array([(date.fromisoformat(r[6]) - date.fromisoformat(r[5])).days for r in decided])
        assert category.kind == "opportunity"
        assert category.cycle_mean == pytest.approx(days.mean() / 7, rel=0.01)
        assert category.cycle_shape == pytest.approx(days.mean() ** 2 / days.var(), rel=0.1)
    pipeline = pd.read_parquet(out / "projects.parquet")
    first = FIRST_DAY.isoformat()
    there = [r for r in rows if r[5] < first <= r[6] and r[6]]
    assert len(pipeline) == len(there) > 20
    weeks = sorted(-(-(FIRST_DAY - date.fromisoformat(r[5])).days // 7) for r in there)
    assert sorted(-pipeline["opened_week"]) == weeks
    state = Market(scenario, seed=1).state
    assert len(state.opportunities.projects) == len(pipeline)
    facts = tomllib.loads((out / "facts.toml").read_text(encoding="utf-8"))
    assert len(state.opportunities.projects) == pytest.approx(
        facts["opportunities"]["decided_per_week"] * 30 / 7, rel=0.25
    )


def test_deals_without_open_dates_get_a_length_reported_as_assumed(tmp_path: Path) -> None:
    crm = small_crm()
    crm.opportunities = [[cell for k, cell in enumerate(row) if k != 5] for row in crm.opportunities]
    summary = import_crm(crm.write(tmp_path), tmp_path / "m", runs=1)
    scenario = Scenario.load(tmp_path / "m")
    assert {c.cycle_mean for c in scenario.world.categories} == {8.0}
    assert not (tmp_path / "m" / "projects.parquet").exists()
    assert {"cycle_mean, cycle_shape", "open opportunities at the start"} <= {b.name for b in summary.assumed}
    assert "cycle" not in {row.measure for row in summary.fit}
    assert len(Market(scenario, seed=1).state.opportunities.projects) > 30, "a pipeline is drawn"


def test_a_rep_can_carry_what_the_busiest_one_carried(tmp_path: Path) -> None:
    crm, fit, window = fitted(tmp_path)
    days = pd.date_range(window.train_start + pd.Timedelta(weeks=6), periods=30 * 7, freq="D")
    deals = crm.deals[crm.deals["state"].ne("open")]
    open_then = [(deals["opened"].le(day) & deals["closed"].gt(day)).groupby(deals["agent"]).sum() for day in days[::7]]
    most = float(pd.concat(open_then, axis=1).mean(axis=1).max())
    assert load_of_reps(fit) == pytest.approx(most, rel=0.25)
    assert mean_cycle(fit) == pytest.approx(30 / 7, rel=0.1)


def test_the_season_of_openings_gives_the_season_of_decisions(tmp_path: Path) -> None:
    """Openings with the estimated wave, each delayed by a gamma length, give decisions with the observed wave."""
    _, fit, _ = fitted(tmp_path)
    assert season_of_openings(fit) is None
    products = fit.products.assign(cycle_mean=12.0 * 7, cycle_shape=1.5)
    season = season_of_openings(replace(fit, products=products, yearly=Season(0.2, 30.0)))
    assert season is not None
    assert season.swing > 0.2
    chance = np.random.default_rng(1)
    moment = chance.uniform(0, 52 * 40, 400_000)
    kept = moment[chance.random(len(moment)) < (1 + season.swing * np.cos(2 * np.pi * (moment - season.peak) / 52)) / 2]
    decided = kept + chance.gamma(1.5, 8.0, len(kept))
    wave = 2 * np.mean(np.exp(2j * np.pi * decided / 52))
    assert abs(wave) == pytest.approx(0.2, abs=0.02)
    assert float(np.angle(wave)) * 52 / (2 * np.pi) % 52 == pytest.approx(30.0, abs=1.0)


def test_the_page_says_what_the_market_includes_and_what_not(tmp_path: Path) -> None:
    import_crm(small_crm().write(tmp_path), tmp_path / "m", runs=0)
    page = (tmp_path / "m" / "quality.md").read_text(encoding="utf-8")
    taken, left = page.split("## What the data show but the market does not include yet")
    for words in ("cycle_mean, cycle_shape", "open opportunities at the start", "params.projects.load"):
        assert words in taken
    assert "one occasion of that week" not in page
    assert "deals that are never decided" in left
    assert (FIRST_DAY + timedelta(days=0)).isoformat() in page

"""Scenarios: layers, overrides, who set what, writing out, finding files."""

from __future__ import annotations

import pickle
import tomllib
from pathlib import Path

import pytest

from sim.errors import InputErrors
from sim.questions.registry import questions
from sim.reading.library import available_policies, available_scenarios, scenario_folder
from sim.scenario import Scenario


def write(path: Path, text: str) -> Path:
    """A scenario file that extends the tiny one."""
    path.write_text('extends = "tiny"\n' + text, encoding="utf-8")
    return path


def message(text: str, tmp_path: Path) -> str:
    """What is said about a wrong extension of the tiny scenario."""
    with pytest.raises(InputErrors) as caught:
        Scenario.load(write(tmp_path / "wrong.toml", text))
    return str(caught.value)


@pytest.mark.parametrize("name", sorted(available_scenarios()))
def test_every_shipped_scenario_loads_without_warnings(name: str) -> None:
    scenario = Scenario.load(name)
    assert scenario.name == name
    assert scenario.warnings == ()
    assert set(scenario.policy) == set(questions())
    assert scenario.title
    assert scenario.question


@pytest.mark.parametrize("name", sorted(available_policies()))
def test_every_shipped_policy_fits_every_shipped_scenario(name: str) -> None:
    for scenario in available_scenarios():
        assert Scenario.load(scenario, policy=name).warnings == ()


def test_the_built_in_market_is_the_one_that_is_promised() -> None:
    world = Scenario.load("regional_plain").world
    assert (len(world.territories), world.heads, world.teams, len(world.distributors)) == (8, 48, 6, 16)
    assert sum(territory.distributors == 2 for territory in world.territories) == 4
    assert sorted(world.places[p.supplier].name for p in world.places if p.supplier >= 0) == [
        "northeast",
        "northwest",
        "northwest",
        "southeast",
    ]
    assert (world.customers, len(world.customer_types), len(world.brands)) == (20_000, 4, 4)
    assert sum(brand.own for brand in world.brands) == 1


def test_without_a_policy_the_built_in_market_works_as_in_the_status_quo() -> None:
    plain, named = Scenario.load("regional_plain"), Scenario.load("regional_plain", policy="status_quo")
    assert plain == named


@pytest.mark.parametrize("name", sorted(available_scenarios()))
def test_written_out_and_read_back_it_is_the_same(name: str, tmp_path: Path) -> None:
    scenario = Scenario.load(name, policy="deep_marketing", overrides={"policy.pay.commission": 0.031})
    path = tmp_path / "resolved.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    again = Scenario.load(path)
    assert again == scenario
    assert again.resolved == scenario.resolved
    assert again.to_toml() == scenario.to_toml()
    assert (again.policy, again.params, again.world) == (scenario.policy, scenario.params, scenario.world)


def test_it_travels_to_another_process() -> None:
    scenario = Scenario.load("tiny", policy="deep_marketing")
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario
    assert again.rules_at(5, "pay") == scenario.rules_at(5, "pay")


def test_the_digest_follows_content_not_words() -> None:
    plain = Scenario.load("tiny")
    assert Scenario.load("tiny", overrides={"title": "Another"}).digest == plain.digest
    assert Scenario.load("tiny", overrides={"params.hours.contract": 39.5}).digest != plain.digest
    assert Scenario.load("tiny", weeks=8).digest != plain.digest
    assert len({plain, Scenario.load("tiny"), Scenario.load("tiny", weeks=8)}) == 2


def test_lists_of_tables_merge_by_name_and_stand_in_the_order_of_names(tmp_path: Path) -> None:
    path = write(
        tmp_path / "more.toml",
        """
        [[offer]]
        name = "refill_rival"
        list_price = 1_600
        [[offer]]
        name = "refill_eco"
        brand = "own"
        category = "refill"
        unit_cost = 800
        list_price = 1_500
        attributes = [0.1, 0.2]
        [[customer_type]]
        name = "plant"
        first_need = { machine = 0.5 }
        """,
    )
    scenario = Scenario.load(path)
    offers = {offer.name: offer for offer in scenario.world.offers}
    assert list(offers) == ["machine_one", "machine_rival", "refill_eco", "refill_one", "refill_rival"]
    assert (offers["refill_rival"].list_price, offers["refill_rival"].unit_cost) == (1_600, 850)
    assert {kind.name: kind.first_need["machine"] for kind in scenario.world.customer_types} == {
        "workshop": 0.15,
        "plant": 0.5,
    }
    assert scenario.name == "more"
    assert scenario.provenance["offer.refill_rival.list_price"] == "file more.toml"
    assert scenario.provenance["offer.refill_rival.unit_cost"] == "file tiny.toml"
    assert scenario.provenance["customer_type.plant.first_need.machine"] == "file more.toml"


def test_later_layers_win_and_everybody_who_set_a_value_is_known(tmp_path: Path) -> None:
    overlay = tmp_path / "bold.toml"
    overlay.write_text('extends = "status_quo"\n[policy.pay]\ncommission = 0.05\n', encoding="utf-8")
    scenario = Scenario.load(
        "tiny", policy=["deep_marketing", overlay], overrides={"policy.routines.meeting_hours": 2.5}
    )
    who = scenario.provenance
    assert who["policy.pay.commission"] == "policy file bold.toml"
    assert who["policy.pay.salary"] == "file tiny.toml"
    assert who["policy.sharing_contract.kind"] == "policy file status_quo.toml"
    assert who["policy.routines.meeting_hours"] == "--set policy.routines.meeting_hours"
    assert who["policy.head_count.extra"] == "default"
    assert who["world.customers"] == "file tiny.toml"
    assert set(who) == {path for path, _, _ in scenario.values()}
    assert {path: value for path, value, _ in scenario.values()}["policy.pay.commission"] == 0.05


def test_another_kind_replaces_the_whole_section(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", '[policy.segmentation]\nkind = "kmeans"\nsegments = 7\nevery = 9\n')
    assert Scenario.load(path).resolved["policy"]["segmentation"]["segments"] == 7
    same = Scenario.load(path, overrides={"policy.segmentation.kind": "kmeans"})
    assert same.resolved["policy"]["segmentation"]["segments"] == 7
    other = Scenario.load(path, overrides={"policy.segmentation.every": 20, "policy.segmentation.kind": "a_priori"})
    assert other.resolved["policy"]["segmentation"]["every"] == 20
    assert other.resolved["policy"]["segmentation"]["segments"] == 3
    assert other.provenance["policy.segmentation.segments"] == "default"


def test_a_section_without_a_kind_keeps_the_ordinary_rule() -> None:
    pay = Scenario.load("regional_plain", overrides={"policy.pay.commission": 0.07}).resolved["policy"]["pay"]
    assert (pay["kind"], pay["commission"]) == ("salary_commission", 0.07)


def test_overrides_take_values_and_texts_and_reach_entries_by_name() -> None:
    scenario = Scenario.load(
        "tiny",
        overrides={
            "offer.refill_one.list_price": "1_750",
            "customer_type.workshop.taste": "[0.5, 0.6]",
            "params.hours.contract": 38,
            "title": "bare words",
            "weeks": 13,
            "brand.rival.own": "false",
        },
    )
    assert scenario.world.offers[2].list_price == 1_750
    assert {kind.name: kind.taste for kind in scenario.world.customer_types}["workshop"] == (0.5, 0.6)
    assert scenario.params.hours.contract == 38.0
    assert (scenario.title, scenario.weeks) == ("bare words", 13)
    assert Scenario.load("tiny", weeks=5, customers=77).world.customers == 77


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        ("offer.refil_one.list_price", 1, "did you mean `refill_one`?"),
        ("offer.refill_one", 1, "`offer.machine_one.KEY`"),
        ("offer.refill_one.list_price", "1_750.5", "found 1750.5"),
        ("params.hours.contrakt", 1, "did you mean `contract`?"),
        ("params.hour.contract", 1, "did you mean `hours`?"),
        ("policy.pay.commission", 1.5, "from 0 to 1"),
        ("policy.pay", "salary_commission", "expected a table"),
        ("change.0.week", 3, "changes cannot be set one by one"),
        ("weks", 3, "did you mean `weeks`?"),
        ("weeks", 0, "from 1 to 5200"),
        ("", 3, "is not a path"),
    ],
)
def test_a_wrong_override_is_explained(path: str, value: object, wanted: str) -> None:
    with pytest.raises(InputErrors) as caught:
        Scenario.load("tiny", overrides={path: value})
    assert wanted in str(caught.value)
    assert caught.value.errors[0].place.startswith("--set")


def test_all_errors_are_found_at_once_with_their_lines(tmp_path: Path) -> None:
    text = message(
        """weeks = "ten"
        [world]
        customers = -5
        [[offer]]
        name = "refill_one"
        brand = "onw"
        [[territory]]
        name = "north"
        share = 0.6
        [params.hours]
        contract = 400.0
        [policy.pay]
        comission = 0.1
        [[change]]
        week = 4
        set = { "policy.coverage.accounts" = 3 }
        """,
        tmp_path,
    )
    for line in (2, 4, 7, 12, 14, 17):
        assert f"wrong.toml, line {line}, " in text
    assert text.startswith("7 input errors:")
    assert "shares of all territories sum to 1.1" in text


def test_errors_in_an_extended_file_are_placed_there(tmp_path: Path) -> None:
    write(tmp_path / "parent.toml", "\n[params.hours]\ncontract = 400.0\n")
    child = tmp_path / "child.toml"
    child.write_text('extends = "parent"\nweeks = 0\n', encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        Scenario.load(child)
    assert [error.place for error in caught.value.errors] == [
        "child.toml, line 2, weeks",
        "parent.toml, line 4, params.hours.contract",
    ]


def test_surprising_values_are_warned_about() -> None:
    scenario = Scenario.load(
        "tiny", overrides={"policy.pay.commission": 0.5, "customer_type.plant.price_sensitivity": 30}
    )
    assert len(scenario.warnings) == 2
    assert scenario.warnings[0].startswith(
        "customer_type.plant.price_sensitivity = 30.0 is surprising: usually from 0.5 to 10"
    )


def test_settings_that_are_not_used_are_warned_about() -> None:
    scenario = Scenario.load("tiny", overrides={"category.refill.life_mean": 100})
    assert scenario.warnings == ("category.refill.life_mean is not used: consumables do not wear out",)


def test_files_and_folders_are_found_by_name_and_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my_market"
    folder.mkdir()
    write(folder / "scenario.toml", "weeks = 9\n")
    write(folder / "status_quo_bold.toml", "")
    assert Scenario.load(folder).name == "my_market"
    assert Scenario.load(str(folder / "scenario.toml")).weeks == 9
    monkeypatch.chdir(tmp_path)
    assert Scenario.load("my_market").weeks == 9
    monkeypatch.chdir(folder)
    assert Scenario.load("scenario.toml").name == "my_market"


def test_a_policy_in_the_folder_of_the_scenario_is_found_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.toml", "")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "bold.toml").write_text("[policy.pay]\ncommission = 0.09\n", encoding="utf-8")
    assert Scenario.load(path, policy="bold").resolved["policy"]["pay"]["commission"] == 0.09


def test_a_file_may_extend_the_shipped_one_of_its_own_name(tmp_path: Path) -> None:
    assert Scenario.load(write(tmp_path / "tiny.toml", "weeks = 3\n")).weeks == 3


def test_byte_order_marks_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf" + 'extends = "tiny"\r\ntitle = "Gerät"\r\nweeks = 4\r\n'.encode())
    assert (Scenario.load(path).title, Scenario.load(path).weeks) == ("Gerät", 4)


def test_missing_files_and_folders_are_explained(tmp_path: Path) -> None:
    cases: list[tuple[str | Path, str]] = [
        ("tinny", "did you mean `tiny`?"),
        ("", "is neither a name nor a path"),
        (tmp_path / "none.toml", "no such file"),
        (tmp_path, "is a folder without scenario.toml"),
    ]
    for given, wanted in cases:
        with pytest.raises(InputErrors) as caught:
            Scenario.load(given)
        assert wanted in str(caught.value)
    with pytest.raises(InputErrors, match="did you mean `deep_marketing`"):
        Scenario.load("tiny", policy="deep_market")


def test_a_policy_file_holds_policies_only(tmp_path: Path) -> None:
    overlay = tmp_path / "greedy.toml"
    overlay.write_text('name = "greedy"\nweeks = 3\n[policy.pay]\nsalary = 1\n', encoding="utf-8")
    with pytest.raises(InputErrors, match=r"greedy.toml, line 2, weeks: a policy file cannot hold `weeks`"):
        Scenario.load("tiny", policy=overlay)


def test_names_may_be_written_in_any_script(tmp_path: Path) -> None:
    text = (scenario_folder() / "tiny.toml").read_text(encoding="utf-8").replace('"north"', '"华北 1.0"')
    path = tmp_path / "han.toml"
    path.write_text(text, encoding="utf-8")
    scenario = Scenario.load(path, overrides={'territory."华北 1.0".travel_hours': 0.7})
    assert {t.name: t.travel_hours for t in scenario.world.territories}["华北 1.0"] == 0.7
    assert 'territory."华北 1.0".share' in scenario.provenance
    copy = tmp_path / "copy.toml"
    copy.write_text(scenario.to_toml(), encoding="utf-8")
    assert Scenario.load(copy) == scenario


def test_the_world_answers_what_follows_from_it() -> None:
    world = Scenario.load("regional_plain").world
    assert world.brands[world.own_brand].own
    assert all(world.offers[row].brand == world.brands[world.own_brand].name for row in world.own_offers)
    row = {territory.name: t for t, territory in enumerate(world.territories)}
    assert list(row) == sorted(row)
    assert (row["centre"], row["north"]) in world.borders
    assert all(a < b for a, b in world.borders)
    north = world.distributor_shares(row["north"])
    assert ("north-2", row["north"]) in world.distributors
    assert sum(north) == pytest.approx(1.0)
    assert north[1] == pytest.approx(0.7 * north[0])
    assert [c.kind for c in world.categories][-1] == "opportunity"
    consumables = [c.kind == "consumable" for c in world.categories]
    assert all(world.mix_of(kind) == tuple(map(float, consumables)) for kind in world.customer_types)
    assert world.has_projects
    assert not Scenario.load("tiny").world.has_projects


def test_shipped_files_say_what_format_they_have() -> None:
    for listing in [*available_scenarios().values(), *available_policies().values()]:
        assert tomllib.loads(listing.path.read_text(encoding="utf-8"))["name"] == listing.name
        assert listing.title


def test_an_installed_package_finds_the_scenarios_it_carries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = tmp_path / "sim" / "_scenarios"
    (carried / "policies").mkdir(parents=True)
    (carried / "carried.toml").write_text(
        (scenario_folder() / "tiny.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    monkeypatch.setattr("sim.reading.library._PACKAGE", tmp_path / "sim")
    assert list(available_scenarios()) == ["carried"]
    assert Scenario.load("carried").weeks == 26

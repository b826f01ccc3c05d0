"""Generated files: up to date, and the schema knows every key of a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.describe import main, pages, schema, stale
from sim.reading.library import available_scenarios, scenario_folder
from sim.scenario import Scenario


def test_generated_files_are_up_to_date() -> None:
    assert [path.name for path in stale(scenario_folder().parent)] == [], "run `python -m sim.describe`"
    assert main(["--check"]) == 0


def test_a_stale_file_is_noticed(tmp_path: Path) -> None:
    for path, text in pages(tmp_path).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert stale(tmp_path) == []
    page = tmp_path / "docs" / "defaults.md"
    page.write_text(page.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert stale(tmp_path) == [page]


def unknown_keys(value: Any, node: dict[str, Any], defs: dict[str, Any], path: str) -> list[str]:
    """Keys of ``value`` that the schema ``node`` does not have."""
    options = [node, *node.get("anyOf", [])]
    options = [defs[option["$ref"].rsplit("/", 1)[-1]] if "$ref" in option else option for option in options]
    if isinstance(value, list):
        items = [option["items"] for option in options if isinstance(option.get("items"), dict)]
        return [
            key for element in value for item in items[:1] for key in unknown_keys(element, item, defs, path + "[]")
        ]
    if not isinstance(value, dict):
        return []
    known: dict[str, Any] = {}
    for option in options:
        known.update(option.get("properties", {}))
        if isinstance(option.get("additionalProperties"), dict):
            return []
    found = [f"{path}.{key}" for key in value if key not in known]
    for key in value.keys() & known.keys():
        found += unknown_keys(value[key], known[key], defs, f"{path}.{key}")
    return found


@pytest.mark.parametrize("name", sorted(available_scenarios()))
def test_the_schema_knows_every_key_of_a_scenario(name: str) -> None:
    whole = schema()
    resolved = dict(Scenario.load(name, policy="deep_marketing").resolved)
    assert unknown_keys(resolved, whole, whole["$defs"], "") == []
    resolved["offer"][0]["list_prise"] = 1
    assert unknown_keys(resolved, whole, whole["$defs"], "") == [".offer[].list_prise"]


def test_the_schema_asks_for_names_only() -> None:
    for definition in schema()["$defs"].values():
        assert definition.get("required", []) in ([], ["name"])

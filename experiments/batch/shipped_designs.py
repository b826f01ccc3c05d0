"""Designs by name: those that are shipped, and a text to start one's own from."""

from __future__ import annotations

from pathlib import Path

from sim.errors import InputError, InputErrors
from sim.reading.complaints import suggest
from sim.reading.files import MOST_TEXT, check_ordinary, is_file, is_folder, is_there, shown
from sim.reading.library import scenario_folder
from sim.reading.toml_text import content_of

TEMPLATE = """\
# {name}: every policy (lever) meets every future (uncertainty) with the same luck. `deepmarket batch plan {file}` counts
# and prices the runs, `deepmarket batch run {file}` does them, and resumes where it stopped.
title = "{name}"
# question = "What this batch is to answer"
scenario = "{scenario}"
replications = 3
# weeks = 52                     # or several horizons: [26, 104]
# timeout = 120.0                # seconds a run may take

[[policy]]                       # the first is the baseline
name = "status_quo"

[[policy]]
name = "deep_marketing"

# [[policy]]
# name = "commission of 3 %"
# policy = "deep_marketing"
# set = {{ "policy.pay.commission" = 0.03 }}

[futures]
method = "latin_hypercube"       # none, grid, latin_hypercube, sobol, saltelli, morris, file
size = 20
fresh = 10                       # nothing is learnt from these; every rule is checked on them

[futures.factors."params.choice.loyalty"]
low = 2.5
high = 5.0

[futures.factors."prices of rivals"]
paths = ["offer.norvik_*.list_price", "offer.castor_*.list_price"]
times = true                     # values multiply what the scenario holds
low = 0.9
high = 1.1

[[target]]                       # good enough: all targets are met
kpi = "contribution"
at_least = 18_000_000
"""


def design_folder() -> Path:
    """BatchFolder of the shipped designs."""
    return scenario_folder() / "designs"


def available_designs() -> dict[str, Path]:
    """Shipped designs by name."""
    return {file.stem: file for file in sorted(design_folder().glob("*.toml"))}


def find_design(given: str | Path) -> Path:
    """The file of a design: a path, a folder with design.toml, or the name of a shipped one. Raises :class:`InputErrors`."""
    path = Path(given)
    if is_folder(path) and is_file(path / "design.toml"):
        return path / "design.toml"
    if is_file(path):
        return path
    shipped = available_designs()
    if str(given) in shipped:
        return shipped[str(given)]
    if is_there(path) and not is_folder(path):  # a pipe, a device
        check_ordinary(path, MOST_TEXT)
    if path.suffix == ".toml" or len(path.parts) > 1:
        remedy = "`deepmarket new NAME --design` writes one to start from"
    else:
        remedy = suggest(str(given), shipped)
    raise InputErrors([InputError(shown(given), "there is no such file or shipped design", "a design in TOML", remedy)])


def is_design(file: str) -> bool:
    """Whether a file is a design: it holds what only designs do."""
    content = content_of(Path(file))
    return isinstance(content.get("policy"), list) or bool({"futures", "levers", "replications"} & content.keys())

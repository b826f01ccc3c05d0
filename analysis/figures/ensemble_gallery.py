"""The figures of a batch: which are drawn from its conclusions, in which order, under which names."""

from __future__ import annotations

import hashlib

from analysis.conclusions import Conclusions
from analysis.figures.discovery import discovery_figure
from analysis.figures.gallery import Plate
from analysis.figures.regret import regret_figure
from analysis.figures.sensitivity import indices_figure, screening_figure
from analysis.futures.sensitivity import Sensitivity

#: Letters of a policy's name in the name of a file.
_LONGEST = 60


def draw_ensemble(found: Conclusions) -> list[Plate]:
    """Regret by policy, each rule that was found, and what drives each outcome."""
    plates = []
    if found.robust is not None:
        plates.append(Plate("regret", "", regret_figure(found.ensemble, found.kpi)))
    for number, finding in enumerate(found.findings, start=1):
        if finding.discovery.found:
            plates.append(Plate(f"where_{number}", "", discovery_figure(finding.discovery)))
    for one in found.sensitivities:
        draw = indices_figure if one.method == "saltelli" else screening_figure
        plates.append(Plate(file_name(one), "", draw(one, found.ensemble)))
    return plates


def file_name(one: Sensitivity) -> str:
    """Name of the figure and table of ``one``: policies by letters that every disk accepts, made unique by a hash."""
    return f"sensitivity_{_plain(one.policy)}{'_against_' + _plain(one.against) if one.against else ''}"


def _plain(label: str) -> str:
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "_" for letter in label)
    if plain == label and len(label) <= _LONGEST:
        return label
    return f"{plain[:_LONGEST]}_{hashlib.sha256(label.encode()).hexdigest()[:6]}"

"""The figures of a batch: which are drawn from its conclusions, in which order, under which names."""

from __future__ import annotations

from analysis.conclusions import Conclusions
from analysis.figures.discovery import discovery_figure
from analysis.figures.gallery import Plate
from analysis.figures.regret import regret_figure
from analysis.figures.sensitivity import indices_figure, screening_figure


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
        name = f"sensitivity_{_file_name(one.policy)}{'_against_' + _file_name(one.against) if one.against else ''}"
        plates.append(Plate(name, "", draw(one, found.ensemble)))
    return plates


def _file_name(label: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in label)

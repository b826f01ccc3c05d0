"""Entries of lists of tables, which are known by their names."""

from __future__ import annotations

from sim.quantity import LINE, Section, param


class Named(Section):
    """An entry of a list of tables, known by its name."""

    name: str = param(unit=LINE, doc="Name by which other entries, changes and results refer to it.", length=(1, 60))

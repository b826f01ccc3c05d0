"""No module depends on itself through others, imports for type checking counted: what import contracts leave open.

Contracts are about what is loaded: a kernel must not load pandas, but may name its type. A circle is one either way.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import grimp
import networkx as nx

PACKAGES = ("sim", "analysis")


def circles(imports: Mapping[str, Set[str]]) -> list[list[str]]:
    """Groups of modules each of which imports, through others of the group, itself."""
    graph = nx.DiGraph([(module, other) for module, others in imports.items() for other in others])
    return sorted(sorted(group) for group in nx.strongly_connected_components(graph) if len(group) > 1)


def test_no_module_depends_on_itself() -> None:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False, cache_dir=None)
    assert len(graph.modules) > 200
    assert circles({m: graph.find_modules_directly_imported_by(m) for m in graph.modules}) == []


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]

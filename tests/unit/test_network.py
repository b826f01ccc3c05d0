"""Networks: rows hold each tie twice, strong ones first; generators, edge lists, graphs, and what is refused."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.network import Network, from_edges, from_networkx, no_ties, small_world, to_networkx


def keys(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.uint32)


def tie_set(network: Network) -> set[tuple[int, int, bool]]:
    """(row, neighbour, strong) of every entry; checks on the way that rows are well formed."""
    ties = set()
    for i in range(len(network)):
        low, strong_end, high = network.indptr[i], network.strong_end[i], network.indptr[i + 1]
        assert low <= strong_end <= high
        for e in range(low, high):
            entry = (i, int(network.neighbours[e]), bool(e < strong_end))
            assert entry not in ties
            ties.add(entry)
    return ties


@settings(deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.booleans()))
        )
    )
)
def test_edge_list_becomes_rows_both_ways(case: tuple[int, list[tuple[int, int, bool]]]) -> None:
    n, named = case
    edges = [(a, b, s) for a, b, s in named if a != b]
    network = from_edges(
        keys(n),
        np.array([a for a, _, _ in edges], np.int64),
        np.array([b for _, b, _ in edges], np.int64),
        strong=np.array([s for _, _, s in edges], np.bool_),
    )
    expected: dict[tuple[int, int], bool] = {}
    for a, b, s in edges:
        for pair in ((a, b), (b, a)):
            expected[pair] = expected.get(pair, False) or s
    assert tie_set(network) == {(a, b, s) for (a, b), s in expected.items()}
    assert tie_set(from_networkx(to_networkx(network), keys(n))) == tie_set(network)


def test_bad_edge_lists_are_refused_with_their_row() -> None:
    with pytest.raises(InputError, match=r"ties.csv, row 2: tie 1–5; expected customers 0..2"):
        from_edges(keys(3), np.array([0, 1]), np.array([1, 5]), place="ties.csv")
    with pytest.raises(InputError, match="tied to itself"):
        from_edges(keys(3), np.array([2]), np.array([2]))
    with pytest.raises(InputError, match="customer 0 has 2000 ties; expected at most 1600"):
        from_edges(keys(2001), np.zeros(2000, np.int64), np.arange(1, 2001))


def test_small_world_is_a_simple_graph_with_all_its_ties() -> None:
    network = small_world(keys(500), degree=8, rewiring=0.3, strong_share=0.4, seed=2)
    ties = tie_set(network)
    assert len(ties) == 500 * 8
    assert all((b, a, s) in ties and a != b for a, b, s in ties)
    share = sum(s for _, _, s in ties) / len(ties)
    assert share == pytest.approx(0.4, abs=0.05)
    assert network.neighbours.dtype == np.uint32
    assert not network.neighbours.flags.writeable


def test_rewiring_share_is_as_asked_and_seeds_differ() -> None:
    network = small_world(keys(2000), degree=10, rewiring=0.1, strong_share=0.0, seed=2)
    owner = np.repeat(np.arange(2000), network.degree)
    gap = np.abs(owner - network.neighbours.astype(np.int64))
    far = np.minimum(gap, 2000 - gap) > 5
    assert far.mean() == pytest.approx(0.1, abs=0.012)
    other = small_world(keys(2000), degree=10, rewiring=0.1, strong_share=0.0, seed=3)
    assert tie_set(other) != tie_set(network)
    again = small_world(keys(2000), degree=10, rewiring=0.1, strong_share=0.0, seed=2)
    assert tie_set(again) == tie_set(network)


def test_homophily_keeps_rewired_ties_in_the_group() -> None:
    groups = np.arange(2000) % 4

    def mixed_share(homophily: float) -> float:
        network = small_world(
            keys(2000), degree=8, rewiring=1.0, strong_share=0.0, seed=1, groups=groups, homophily=homophily
        )
        owner = np.repeat(np.arange(2000), network.degree)
        return float((groups[owner] != groups[network.neighbours]).mean())

    assert mixed_share(0.0) == pytest.approx(0.75, abs=0.02)
    assert mixed_share(0.9) == pytest.approx(0.3 / 1.3, abs=0.03)
    assert mixed_share(1.0) < 0.01


def test_a_degree_that_does_not_fit_is_refused() -> None:
    for degree in (3, 10, -2):
        with pytest.raises(InputError, match="even number"):
            small_world(keys(10), degree=degree, rewiring=0.1, strong_share=0.0, seed=1)
    assert len(small_world(keys(10), degree=0, rewiring=0.1, strong_share=0.0, seed=1).neighbours) == 0


def test_a_complete_network_stores_nothing() -> None:
    network = no_ties(5, complete=True)
    assert network.complete
    assert network.degree.tolist() == [0] * 5
    assert nx.number_of_edges(to_networkx(network)) == 0

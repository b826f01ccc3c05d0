"""The kind of table that an import of a network takes: one tie per row."""

from __future__ import annotations

from experiments.intake.tables.schema.table_kind import Field, Kind

TIES = Kind(
    "ties",
    "who talks to whom, one tie per row",
    (
        Field(
            "first",
            "customer at one end",
            ("first", "source", "from", "src", "node1", "node_1", "u", "ego", "a", "start", "customer", "起点", "来源"),
            required=True,
        ),
        Field(
            "second",
            "customer at the other end",
            ("second", "target", "to", "dst", "node2", "node_2", "v", "alter", "b", "end", "contact", "终点", "目标"),
            required=True,
        ),
        Field(
            "strong",
            "whether the tie is strong: 1 or 0, yes or no",
            ("strong", "is_strong", "strong_tie", "strength", "强", "强连接"),
        ),
    ),
)

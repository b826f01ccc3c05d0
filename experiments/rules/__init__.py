"""Trying a rule before it is used: what `deepmarket check --rule` finds in its file and on a small market."""

from experiments.rules.checked_rule import check_rule

__all__ = ["check_rule"]

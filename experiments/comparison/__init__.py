"""Policies under the same draws: compared in pairs, raced until one is left, split into parts, and the market's elasticities."""

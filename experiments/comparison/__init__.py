"""Policies under the same draws: compared in pairs, raced until one is left, taken apart, and the market's elasticities."""

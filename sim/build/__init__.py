"""The market at the start, made from a scenario by keyed draws: customers, network, sales force, channel, books."""

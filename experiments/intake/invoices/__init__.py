"""Invoice lines: clean lines, purchases and orders, the fit, and the scenario that comes out of it."""

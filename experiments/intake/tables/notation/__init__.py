"""How all tables of one import are written: number style, currency, clock, groups of rows."""

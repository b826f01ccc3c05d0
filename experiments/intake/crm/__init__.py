"""A CRM export: clean tables, the fit, and the scenario that comes out of it."""

"""An edge list: clean ties, their place among the customers of a market, and the scenario on them."""

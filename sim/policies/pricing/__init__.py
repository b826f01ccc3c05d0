"""Rules that set discounts by segment."""

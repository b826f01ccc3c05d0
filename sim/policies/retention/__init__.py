"""Rules for counter-offers."""

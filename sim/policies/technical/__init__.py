"""Ties between designers and the field."""

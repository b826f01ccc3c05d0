"""Batches: designs of many runs, driven, kept, resumed and opened as tables."""

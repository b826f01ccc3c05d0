"""Benchmarks: speed, memory and start-up, beside the same rules written in other ways. Run by hand: ``python -m bench``."""

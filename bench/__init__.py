"""Benchmarks: speed, memory and start-up, compared with the same rules written in other ways. Run by hand: ``python -m bench``."""

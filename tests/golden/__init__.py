"""Golden runs: what a few small markets came to when results last changed on purpose."""

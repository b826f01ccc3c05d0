"""The phases of a week: each takes columns out, calls a kernel or asks agents, and puts columns back."""

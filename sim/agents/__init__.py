"""Mesa agents who decide: each actor's readable face, what it sees, and what becomes of its answers."""

"""Plans for calls on distributors."""

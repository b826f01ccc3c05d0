"""Order rules of distributors."""

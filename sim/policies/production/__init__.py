"""Order rules of the plant."""

"""Staff and order of service."""

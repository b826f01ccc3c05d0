"""Rules that commission studies."""

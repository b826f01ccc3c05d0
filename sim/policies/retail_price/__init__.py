"""Rules by which distributors set prices."""

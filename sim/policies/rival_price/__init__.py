"""Rules by which competitors set prices."""

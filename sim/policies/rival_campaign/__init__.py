"""Rules by which competitors advertise and run campaigns."""

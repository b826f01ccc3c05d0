"""Rules by which reps choose their effort."""

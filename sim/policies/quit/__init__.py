"""Rules by which reps stay or leave."""

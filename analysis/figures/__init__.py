"""Figures, one per file: tables in, matplotlib figures out; nothing registered with pyplot."""

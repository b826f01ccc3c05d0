"""Rules for the hours of management routines."""

"""Rules by which distributors divide their effort among brands."""

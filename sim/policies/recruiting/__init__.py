"""Rules for channel and process of hiring."""

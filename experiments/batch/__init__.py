"""Many runs: from a design of policies and futures to an ensemble, through runs that are kept as they end."""

"""Every special case is seen red: components of the week are broken on purpose, and the row's own test must fail."""

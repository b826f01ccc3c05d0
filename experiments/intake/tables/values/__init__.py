"""Single values as users write them: characters, amounts, currencies, dates, names."""

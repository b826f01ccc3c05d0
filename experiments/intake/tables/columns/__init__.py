"""Clean columns: numbers, dates and names from text cells; rows that cannot be used."""

"""Rules that qualify customers who do not buy from us as prospects."""

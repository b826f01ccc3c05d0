"""The same market rules written the way others write them, to be timed against ours."""

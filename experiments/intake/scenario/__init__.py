"""What every import writes: scenario files, the quality page, the summary, pseudonyms, runs of the market."""

"""Files as tables of text: encodings, delimiters, quotation marks, where a table begins and ends."""

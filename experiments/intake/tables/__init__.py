"""Users' tables: read from files, mapped to known fields, cleaned cell by cell, every correction recorded."""

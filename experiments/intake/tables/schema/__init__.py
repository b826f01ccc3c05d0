"""What an import expects: kinds of tables and their fields, the mapping file, the conventions of cells."""

"""Facts as the schemas show them: times written out, masks as names, organisations with their names."""

"""A model version's origin in the forms that other tools read. Pure: what was read for it goes in, bytes come out, the
same for the same block and the same documents at hand. Nothing is said that the lineage and the public cards do not."""

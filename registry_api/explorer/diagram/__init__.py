"""A lineage as a picture that can be moved about in: its parts and ties, what is wrong with them, when it changed."""

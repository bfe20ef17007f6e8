"""The reference pages that are generated and committed, and how they are made."""

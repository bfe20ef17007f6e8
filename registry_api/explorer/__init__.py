"""Pages for people: what this node knows, and where a model version came from. No script, no other host."""

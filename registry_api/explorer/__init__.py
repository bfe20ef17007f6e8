"""Pages for people: what this node knows, and where a model version came from. No other host is asked."""

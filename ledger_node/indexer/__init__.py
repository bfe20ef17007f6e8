"""From the chain's events to the index's rows. `projection` is pure; `follower` drives it."""

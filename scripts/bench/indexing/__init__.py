"""How fast a chain's events come into PostgreSQL: our follower, and ponder on the same chain and server."""

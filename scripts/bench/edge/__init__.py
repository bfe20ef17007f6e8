"""How fast the hospital's edge is, beside what one would write without it."""

"""One router for each noun, in the order in which the documentation lists them."""

"""Other organisations' nodes, asked over HTTP."""

"""The regulator's questions about a model version.

Each question is a function over what was read (`material`), which yields facts and what is missing. What is read for
it, its title and where to read on are in `listed`, the reading itself in `reading`. Levels follow `explorer.known`.
"""

"""What the explorer's pages cost: the server, the network, and a Chromium that shows them.

The node is `scripts.bench.reading`'s: the real application on an index that was filled without a chain.

Static files are sent compressed, pages are not: where somebody has signed in, a page holds the session's token beside
text that others chose, and the length of both compressed together would tell of the token (BREACH).

server   a dossier beside the API's own lineage answer, asked for in turns
browser  bytes of a first load, a lineage laid out, a long table painted and answering a key
"""

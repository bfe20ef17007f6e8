"""The files of a Besu consortium with QBFT, for machines of its own. Nothing here starts Besu, and no test does.

genesis     the first block's description and its extraData
validator   a validator: its key, where it is found
texts       the files' texts: TOML, YAML, JSON
generate    all of it, in a folder
"""

"""An organisation joins a consortium that runs: its keys, its node's files, its admission, its index.

admission  what the members vote on
folder     the files of the new node, each written once
beginning  which files there are to be, and the chain and contracts that they must fit
standing   how far the joining is, derived from the chain's facts alone
following  the newcomer's index before its node runs
joining    what is done next, until nothing is left

Nothing here says how far it came: a joining that was cut looks at its folder and at the chain, and goes on.
"""

"""Tokens of an OpenID Connect provider: the only place that knows JOSE.

provider   discovery and keys, fetched and cached
keys       which keys of a set may sign, and with which algorithm each
tokens     the Tokens port: a token's signature and claims, and whom it stands for
"""

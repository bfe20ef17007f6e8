"""What issuers sign, tokens of an OpenID Connect provider and visas: the only place that knows JOSE.

provider   discovery and keys, fetched and cached
keys       which keys of a set may sign, and with which algorithm each
signed     a token's signature, claims and times
tokens     the Tokens port: whom an access token stands for
visas      the Visas port: what a GA4GH visa grants
"""

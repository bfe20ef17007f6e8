"""What issuers sign, tokens of an OpenID Connect provider and visas: the only place that knows JOSE.

provider   discovery and keys, fetched and cached
keys       which keys of a set may sign, and with which algorithm each
signed     a token's signature, claims and times
callers    whom the claims of a token stand for
tokens     the Tokens port: whom an access token stands for
people     the People port: who signs in at the provider
visas      the Visas port: what a GA4GH visa grants
"""

"""A node's backup: what no chain rebuilds, in one file.

archive     the file: a gzipped tar with a manifest first, and the digest of each part
making      from a running node's store and files
restoring   into an empty store

It holds the outbox, the secret behind the salts, pauses, alarms, documents that wait for their pin, the API keys,
webhooks, the encrypted keystore and the deployment record. Not in it: the index, which the chain rebuilds; documents
that are pinned; and the keystore's password, which must be kept elsewhere, or the backup alone would open the key.
"""

"""The HTTP edge of a node: `/v1` for machines, `/` for people.

`app.create_app(node)` is all that a server needs. `schemas` say what goes in and out, `routes` map it to the services,
one noun a file; `explorer` draws the pages. Nothing here knows a chain, a database or a blob store.
"""

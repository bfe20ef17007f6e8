"""The store: SQLAlchemy Core on SQLite or PostgreSQL. The only place that knows SQL.

schema/      tables: `index_*` is a cache of the chain and can be rebuilt; `local_*` cannot and is what a backup holds
database     engine, transactions, migrations
outbox       the Outbox port
index        the Index port: applying, rewinding, counting
reads/       the Index port: questions, as of a block
api_keys     the ApiKeys port
read_record  the ReadRecord port
"""

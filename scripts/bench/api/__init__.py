"""What the REST API takes and gives on a running network, beside MLflow's registry on the same machine.

clients    clients that post or read over HTTP, all alike whatever they ask
medledger  a running node: registrations, and what came of them
mlflow     an MLflow tracking server: model versions created
recorded   reads that are put on record, and reads that are not
hooked     how long a fact takes from its block to who is told by webhook
"""

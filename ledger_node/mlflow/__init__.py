"""The bridge to MLflow: a model version that is registered in a tracking server is published on the ledger.

    with mlflow.start_run(), opened(node, model, scope=…, card=…, inputs_used=[…]) as training:
        …  # train, log the model and its metrics, as always

`opened` is for the code that trains, `Syncing` for `medledger mlflow sync`. What is taken from MLflow is on lists
(`cards`, `tracking`): no user, host, path or free text. The package mlflow-skinny (the extra `mlflow`) is imported
when it is used first.
"""

from ledger_node.mlflow.syncing import Syncing
from ledger_node.mlflow.training import Training, opened

__all__ = ["Syncing", "Training", "opened"]

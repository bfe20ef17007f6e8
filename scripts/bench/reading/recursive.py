"""The same answers by one recursive statement each, as one writes it by hand, in SQL that both engines read.

An impact names the shortest way to each version, so the statement carries its way along and keeps the first of them: a
recursion that drops what it has seen would not know the way. Its tables are joined in the order in which they stand,
since SQLite, which has no statistics of a table until it is told to make them, else begins with all consents. A lineage
is whole rows of nineteen tables, as one list of texts: a union has one form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, TextClause, text

from ledger_node.domain.codes import Reason
from ledger_node.domain.lineage import Affected, Lineage
from ledger_node.store.schema import INDEX_TABLES

#: Of the consents below the hub none is suspended, superseded or revoked, so that time alone says how each stands.
IMPACT = text(
    """
WITH RECURSIVE
source(dataset, version, derived, expired) AS (
  SELECT dataset, number, CAST('' AS TEXT), 0 FROM index_dataset_version WHERE dataset = :dataset AND block <= :block
  UNION
  SELECT p.dataset, p.number,
    CASE WHEN s.derived = '' THEN s.dataset || '/' || s.version ELSE s.derived END
      || ' ' || p.dataset || '/' || p.number,
    CASE WHEN s.expired = 1 OR c.expires_at <= :time THEN 1 ELSE 0 END
  FROM source s CROSS JOIN index_dataset_parent p CROSS JOIN index_consent c
  WHERE p.parent = s.dataset AND p.version = s.version AND c.id = p.consent AND p.block <= :block
),
below(version, start, run, dataset, dataset_version, consent, derived, expired, length, through) AS (
  SELECT v.id, v.id, i.run, i.dataset, i.version, i.consent, s.derived,
    CASE WHEN s.expired = 1 OR c.expires_at <= :time THEN 1 ELSE 0 END, 1, CAST(v.id AS TEXT)
  FROM source s CROSS JOIN index_run_input i CROSS JOIN index_model_version v CROSS JOIN index_consent c
  WHERE i.dataset = s.dataset AND i.version = s.version AND v.run = i.run AND c.id = i.consent
    AND i.block <= :block AND v.block <= :block
  UNION ALL
  SELECT p.version, b.start, b.run, b.dataset, b.dataset_version, b.consent, b.derived, b.expired, b.length + 1,
    b.through || ' ' || p.version
  FROM below b CROSS JOIN index_model_parent p
  WHERE p.parent = b.version AND p.block <= :block
),
ranked AS (
  SELECT below.*, row_number() OVER (
    PARTITION BY version, start, run, dataset, dataset_version, consent, derived ORDER BY length, through
  ) AS place
  FROM below
)
SELECT r.version, r.run, r.dataset, r.dataset_version, r.consent, r.derived, r.expired, r.through
FROM ranked r WHERE r.place = 1
ORDER BY r.version, r.dataset, r.dataset_version, r.consent, r.derived, r.run, r.through
"""
)


#: The tables of a lineage, and which of their rows are in it.
WANTED = {
    "model_version": "id IN (SELECT id FROM above)",
    "model_parent": "version IN (SELECT id FROM above)",
    "lifecycle_step": "version IN (SELECT id FROM above)",
    "recall": "version IN (SELECT id FROM above)",
    "model": "id IN (SELECT v.model FROM index_model_version v JOIN above ON above.id = v.id)",
    "run": "id IN (SELECT run FROM trained)",
    "run_input": "run IN (SELECT run FROM trained)",
    "round": "run IN (SELECT run FROM trained)",
    "answer": "run IN (SELECT run FROM trained)",
    "round_closing": "run IN (SELECT run FROM trained)",
    "run_closing": "run IN (SELECT run FROM trained)",
    "dataset": "id IN (SELECT dataset FROM used)",
    "dataset_version": "(dataset, number) IN (SELECT dataset, version FROM used)",
    "derivation": "(dataset, number) IN (SELECT dataset, version FROM used)",
    "dataset_parent": "(dataset, number) IN (SELECT dataset, version FROM used)",
    "consent": "id IN (SELECT id FROM named)",
    "consent_act": "consent IN (SELECT id FROM named)",
    "consent_use": "consent IN (SELECT id FROM named)",
    "organisation": "number IN (SELECT number FROM involved)",
}


ABOVE = """
WITH RECURSIVE
above(id) AS (
  SELECT CAST(:version AS TEXT)
  UNION
  SELECT p.parent FROM above JOIN index_model_parent p ON p.version = above.id WHERE p.block <= :block
),
trained(run) AS (SELECT v.run FROM above JOIN index_model_version v ON v.id = above.id),
used(dataset, version) AS (
  SELECT i.dataset, i.version FROM trained JOIN index_run_input i ON i.run = trained.run
  UNION
  SELECT p.parent, p.version FROM used JOIN index_dataset_parent p
    ON p.dataset = used.dataset AND p.number = used.version WHERE p.block <= :block
),
named(id) AS (
  SELECT i.consent FROM trained JOIN index_run_input i ON i.run = trained.run
  UNION
  SELECT p.consent FROM used JOIN index_dataset_parent p ON p.dataset = used.dataset AND p.number = used.version
  UNION
  SELECT c.supersedes FROM named JOIN index_consent c ON c.id = named.id
),
involved(number) AS (
  SELECT v.publisher FROM above JOIN index_model_version v ON v.id = above.id
  UNION SELECT d.custodian FROM used JOIN index_dataset d ON d.id = used.dataset
  UNION SELECT c.grantor FROM named JOIN index_consent c ON c.id = named.id
  UNION SELECT c.grantee FROM named JOIN index_consent c ON c.id = named.id
)
"""


def _lineage() -> TextClause:
    parts = [
        f"SELECT '{name}' AS kind, {_text(_keys(name))} AS key, {_text(INDEX_TABLES[name].columns)} AS content"  # noqa: S608
        f" FROM index_{name} WHERE block <= :block AND {wanted}"
        for name, wanted in WANTED.items()
    ]
    return text(ABOVE + " UNION ALL ".join(parts))


def _text(columns: Iterable[Column[Any]]) -> str:
    return " || ' ' || ".join(f'CAST("{column.name}" AS TEXT)' for column in columns)


def _keys(table: str) -> list[Column[Any]]:
    return list(INDEX_TABLES[table].primary_key.columns)


LINEAGE = _lineage()


def impact(connection: Connection, dataset: str, block: int, time: int) -> Sequence[Row[Any]]:
    return connection.execute(IMPACT, {"dataset": dataset, "block": block, "time": time}).fetchall()


def lineage(connection: Connection, version: str, block: int) -> Sequence[Row[Any]]:
    return connection.execute(LINEAGE, {"version": version, "block": block}).fetchall()


def same_impact(ours: Sequence[Affected], theirs: Sequence[Row[Any]]) -> bool:
    """The same rows, in the same order."""
    told = [
        (
            one.version,
            one.run,
            one.dataset,
            one.dataset_version,
            one.consent,
            " ".join(f"{dataset}/{number}" for dataset, number in one.derived),
            int(one.standing is Reason.EXPIRED),
            " ".join(one.through),
        )
        for one in ours
    ]
    return told == [tuple(row) for row in theirs] and {one.standing for one in ours} <= {Reason.OK, Reason.EXPIRED}


def same_lineage(ours: Lineage, theirs: Sequence[Row[Any]]) -> bool:
    """The same facts by their keys, with as many rows beneath them."""
    rounds = [one for run in ours.runs for one in run.rounds]
    derivations = [one.derivation for one in ours.dataset_versions if one.derivation]
    told = Counter[str](
        model_parent=sum(len(one.parents) for one in ours.model_versions),
        lifecycle_step=sum(len(one.steps) for one in ours.model_versions),
        run_input=sum(len(one.inputs) for one in ours.runs),
        round=len(rounds),
        answer=sum(len(one.answers) for one in rounds),
        round_closing=sum(one.closed_at is not None for one in rounds),
        run_closing=sum(one.closed_at is not None for one in ours.runs),
        derivation=len(derivations),
        dataset_parent=sum(len(one.parents) for one in derivations),
        consent_act=sum(len(one.log) for one in ours.consents),
    )
    keys = {
        "model_version": {one.id for one in ours.model_versions},
        "recall": {one.id for one in ours.recalls},
        "model": {one.id for one in ours.models},
        "run": {one.id for one in ours.runs},
        "dataset": {one.id for one in ours.datasets},
        "dataset_version": {f"{one.dataset} {one.number}" for one in ours.dataset_versions},
        "consent": {one.id for one in ours.consents},
        "organisation": {str(one.number) for one in ours.organisations},
    }
    found = {kind: {row.key for row in theirs if row.kind == kind} for kind in keys}
    count = Counter(row.kind for row in theirs if row.kind not in keys and row.kind != "consent_use")
    return found == keys and count == +told

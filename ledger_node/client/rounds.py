"""Rounds of a run: opened by the publisher, answered by each hospital in its own name, closed by the publisher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger_node.client import answers
from ledger_node.client.inputs import AsOf, Json, digest, digests, id_
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import Refusal


@dataclass(frozen=True, slots=True)
class NewRound:
    """The next round of a run. `epsilon` is its privacy loss in millionths; the node counts when `number` is None."""

    run: str
    epsilon: int = 0
    number: int | None = None


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer to an open round: a contribution with its digest, or a refusal.

    `input` is the place among the run's inputs, from 0; None is the first of ours without an answer.
    """

    run: str
    number: int
    update_digest: str | None = None
    refusal: Refusal = Refusal.NONE
    input: int | None = None

    def body(self) -> Json:
        if self.update_digest is not None and self.refusal is Refusal.NONE:
            return {"updateDigest": digest(self.update_digest, "update"), "input": self.input}
        return {"refusal": self.refusal.name, "input": self.input}


class Rounds(Noun):
    def rounds(self, run: str, *, as_of: AsOf | None = None) -> Iterator[answers.Round]:
        return self._http.all_of(answers.Round, f"{run_path(run)}/rounds", {"asOf": as_of})

    def open_round(
        self,
        run: str,
        *,
        epsilon: int = 0,
        number: int | None = None,
        contract_check_only: bool = False,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Opens the next round; every input's consent is checked again and charged one round and `epsilon`."""
        body: Json = {"round": number, "epsilon": epsilon}
        return self._http.write(f"{run_path(run)}/rounds", body, idempotency_key, wait, _check(contract_check_only))

    def open_rounds(
        self,
        rounds: Sequence[NewRound],
        *,
        contract_check_only: bool = False,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Opens the next round of up to 100 runs: all or none."""
        body: Json = {
            "rounds": [{"run": id_(one.run, "run"), "round": one.number, "epsilon": one.epsilon} for one in rounds]
        }
        return self._http.write("/v1/rounds", body, idempotency_key, wait, _check(contract_check_only))

    def contribute(
        self,
        run: str,
        number: int,
        update_digest: str,
        *,
        input_: int | None = None,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Records the digest of our hospital's update to an open round."""
        return self._answer(NewAnswer(run, number, update_digest, input=input_), idempotency_key, wait)

    def refuse(
        self,
        run: str,
        number: int,
        refusal: Refusal,
        *,
        input_: int | None = None,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Records that our hospital takes no part in an open round, and why."""
        return self._answer(NewAnswer(run, number, refusal=refusal, input=input_), idempotency_key, wait)

    def answer_all(
        self, given: Sequence[NewAnswer], *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Records up to 100 answers: all or none."""
        body: Json = {"answers": [{"run": id_(one.run, "run"), "round": one.number, **one.body()} for one in given]}
        return self._http.write("/v1/answers", body, idempotency_key, wait)

    def close_round(
        self,
        run: str,
        number: int,
        aggregate_digest: str | None,
        *,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Closes a round with its aggregate, None exactly when nobody contributed."""
        body: Json = {"aggregateDigest": digests(aggregate_digest, "aggregate")}
        return self._http.write(f"{run_path(run)}/rounds/{number}/close", body, idempotency_key, wait)

    def _answer(self, given: NewAnswer, idempotency_key: str | None, wait: int) -> answers.Submission:
        path = f"{run_path(given.run)}/rounds/{given.number}/answers"
        return self._http.write(path, given.body(), idempotency_key, wait)


def run_path(run: str) -> str:
    return f"/v1/runs/{id_(run, 'run')}"


def _check(contract_check_only: bool) -> dict[str, str | int | None]:
    return {"check": "contract" if contract_check_only else None}

"""The regulator: asks where a version came from, takes the evidence away, verifies it; sees what a revocation means."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from ledger_node.client import Client
from scripts import verifier
from scripts.demo.chain import Chain
from scripts.demo.commands import Member, medledger
from scripts.demo.story import Story
from scripts.demo.training import Granted


def inspect(regulator: Member, publisher: Member, version: str, story: Story) -> dict[str, Any]:
    """Lineage from its own node; the bundle from the publisher's, checked against a trust file from its own."""
    _wait_until_indexed(regulator, publisher)
    lineage = regulator("lineage", version)
    story.say(f"lineage: {len(lineage['nodes'])} facts, {len(lineage['edges'])} links")
    trust, bundle = regulator.folder / "trust.json", regulator.folder / "evidence.json"
    regulator("evidence", "trust", "--out", trust)
    _wait_until_indexed(publisher, regulator)
    publisher("evidence", "fetch", version, "--out", bundle, "--trust", trust)
    # The verifier gets two files and nothing else: no node, no key.
    report = medledger("evidence", "verify", bundle, "--trust", trust)
    story.say(f"evidence of {bundle.stat().st_size:,} bytes: {report['result']}")
    same = _verified_alone(bundle, trust, story) == report
    story.say(f"it says {'the same' if same else 'SOMETHING ELSE'}")
    verified = report["result"] == "verified"
    return {"path": str(bundle), "trust": str(trust), "verified": verified, "alone": same, "lineage": lineage}


def _verified_alone(bundle: Path, trust: Path, story: Story) -> Any:
    """What the one-file verifier says, on a Python without packages, without a network where the system allows that."""
    cut_off = ["unshare", "--map-root-user", "--net"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*cut_off, "true"], capture_output=True, check=False).returncode
    ):
        cut_off = []
    story.say("the verifier as one file, on a bare Python" + (", without a network" if cut_off else ""))
    program = [*cut_off, sys.executable, "-I", "-S", str(verifier.write())]
    words = ["verify", str(bundle), "--trust", str(trust), "--json"]
    return json.loads(subprocess.run([*program, *words], capture_output=True, text=True, check=False).stdout or "null")


def ask(regulator: Member, version: str, story: Story) -> dict[int, dict[str, int]]:
    """All 22 questions; returns how many facts of each level and how many missing parts the answer to each has."""
    counts = {}
    with Client(regulator.url, regulator.key) as node:
        for one in node.versions.questions(version)["items"]:
            answer = node.versions.question(version, one["number"])
            levels = Counter(fact["level"] for fact in answer["facts"])
            counts[one["number"]] = {**levels, "missing": len(answer["missing"])}
    columns = ("verified", "attested", "asserted", "missing")
    rows = [(str(n), *(str(found.get(name, 0)) for name in columns)) for n, found in counts.items()]
    story.table(("question", *columns), rows)
    return counts


def revoke_and_see(
    regulator: Member, publisher: Member, granted: Granted, run: str, chain: Chain, story: Story
) -> dict[str, Any]:
    """Hospital B revokes. The node refuses the first round of the next run, then the contract does; then the impact is
    looked at. `run` is open, and has no round yet."""
    revoked = granted.hospital("consent", "revoke", granted.consent, "--reason", "STEWARD_DECISION")
    _wait_for_block(publisher, revoked["block"])
    refused = publisher("run", "round", run, expect=1)
    story.say(f"the publisher's node refuses a sixth round: {refused['reason']}")
    sent = publisher("run", "round", run, "--check", "contract", expect=1)
    submission = sent["submission"]
    status = chain.receipt_status(submission["transaction"])
    story.say(
        f"sent past that check, it is mined and fails (receipt status {status}): {submission['outcome']['reason']}"
    )
    _wait_for_block(regulator, revoked["block"])
    impact = regulator("impact", "--consent", granted.consent)
    affected = sorted({part["version"] for part in impact["items"]})
    story.say(f"affected versions: {', '.join(version[:18] + '…' for version in affected)}")
    return {
        "nodeReason": refused["reason"],
        "reason": submission["outcome"]["reason"],
        "receiptStatus": status,
        "transaction": submission["transaction"],
        "affected": affected,
    }


def _indexed(member: Member) -> int:
    return int(member("index", "digest")["asOfBlock"])


def _wait_for_block(member: Member, block: int) -> None:
    deadline = time.monotonic() + 30 + 10 * member.depth
    while _indexed(member) < block + member.depth:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the node of {member.slug} did not reach block {block}")
        time.sleep(0.1)


def _wait_until_indexed(follower: Member, leader: Member) -> None:
    _wait_for_block(follower, _indexed(leader))


def picture(regulator: Member, version: str, file: Path) -> None:
    """The lineage as the node draws it."""
    import httpx2

    answer = httpx2.get(
        f"{regulator.url}/v1/versions/{version}/lineage.svg",
        headers={"Authorization": f"Bearer {regulator.key}"},
        timeout=30,
    )
    answer.raise_for_status()
    file.write_bytes(answer.content)

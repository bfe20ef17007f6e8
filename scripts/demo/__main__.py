"""`make demo`: from a folder of ultrasound files to a regulator's verified answer."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

from ledger_node.cli import sign_in
from ledger_node.localnet.settings import Blobs, Engine, Store
from scripts import verifier
from scripts.demo import imaging, recall, regulator, training
from scripts.demo.chain import Chain
from scripts.demo.commands import Member, medledger, members_of
from scripts.demo.federated.halves import write_halves
from scripts.demo.story import Story

BUILD = Path("build/demo")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="make demo", description=__doc__)
    arguments.add_argument("--keep", action="store_true", help="keep the consortium running until interrupted")
    for name, choices in (("engine", Engine), ("blobs", Blobs), ("store", Store)):
        made_of = get_args(choices)
        arguments.add_argument(f"--{name}", choices=made_of, default=made_of[0], help=f"{made_of[0]} unless said")
    asked = arguments.parse_args()
    made_of = [part for name in ("engine", "blobs", "store") for part in (f"--{name}", getattr(asked, name))]
    began = time.monotonic()
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    story = Story()
    network_folder = BUILD / "network"
    try:
        with story.step("network", "A chain, six contracts, two hospitals, a publisher, a regulator, a node for each"):
            network = medledger("network", "up", "--dir", network_folder, *made_of)
            members = members_of(network, BUILD)
            deployment = json.loads((network_folder / "deployment.json").read_text())
            story.say(f"chain {deployment['chainId']} ({network['engine']}) at {network['rpcUrl']}")
            surroundings = told(network, story)
            admitted = admissions(members["regulator"])
            story.say(f"let in by vote of the founders: {', '.join(admitted)}")
        report = {
            **surroundings,
            "admittedByVote": admitted,
            **tell(story, members, Chain(network["rpcUrl"]), deployment),
        }
        story.durations["total"] = round(time.monotonic() - began, 2)
        report["durations"] = story.durations
        report["checks"] = checks(report)
        file = BUILD / "report.json"
        file.write_text(json.dumps(report, indent=2) + "\n")
        conclude(story, report, file)
        if asked.keep:
            stay(story, network)
    finally:
        if (network_folder / "network.json").exists():
            medledger("network", "down", "--dir", network_folder)
    return 0 if all(checks(report).values()) else 1


def told(network: dict[str, Any], story: Story) -> dict[str, Any]:
    """What the consortium runs on, for the report: the engine, who seals, whom each Kubo is connected to, the store."""
    signers = [engine["signer"] for engine in network["engines"] if "signer" in engine]
    peers = {daemon["slug"]: daemon["peers"] for daemon in network["swarm"]}
    if signers:
        story.say(f"{len(signers)} signers seal in turn: {', '.join(signer[:8] + '…' for signer in signers)}")
    if peers:
        story.say(f"documents in a private swarm of {len(peers)}, peers of each: {', '.join(map(str, peers.values()))}")
    kind = network["store"]["kind"]
    if kind != "sqlite":
        story.say(f"stores in {kind}, a database for each organisation")
    return {"engine": network["engine"], "signers": signers, "swarmPeers": peers, "store": kind}


def stay(story: Story, network: dict[str, Any]) -> None:
    """Prints each node's address and how to sign in there as each role, and waits for Ctrl-C."""
    for part in sign_in.how(network["nodes"]):
        story.console.print(part)
    story.console.rule("running until Ctrl-C")
    ended = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: ended.set())
    ended.wait()


def tell(story: Story, members: dict[str, Member], chain: Chain, deployment: dict[str, Any]) -> dict[str, Any]:
    """The whole story; returns the report."""
    a, b = members["hospital-a"], members["hospital-b"]
    publisher, authority = members["publisher"], members["regulator"]
    with story.step("imaging", "Hospital A prepares its ultrasound files"):
        images = imaging.run(a, story)
    with story.step("consents", "Both hospitals register half of a table each; the publisher asks, they consent"):
        halves = [hospital.folder / "measurements.csv" for hospital in (a, b)]
        write_halves(*halves)
        project = training.propose_project(publisher)
        with ThreadPoolExecutor(2) as pool:
            registered = list(pool.map(training.register, (a, b), halves))
            for one in registered:
                publisher.wait_for_fact(lambda node, one=one: node.datasets.get(one.dataset))
            requests = [training.ask(publisher, one, project) for one in registered]
            grants = list(
                pool.map(
                    lambda one, request: training.grant(one, request, project, publisher.name), registered, requests
                )
            )
        for granted in grants:
            publisher.wait_for_fact(lambda node, granted=granted: node.consents.get(granted.consent))
        story.say("two dataset versions, two requests, two consents: for one project, in two countries, not for sale")
    with story.step("training", "The publisher trains on both, five rounds; no row leaves a hospital"):
        trained = training.train(publisher, grants, project, story)
    with story.step("evidence", "The regulator takes the evidence away and verifies it offline"):
        evidence = regulator.inspect(authority, publisher, trained["version"], story)
        regulator.picture(authority, trained["version"], BUILD / "lineage.svg")
    with story.step("revocation", "Hospital B revokes its consent"):
        refused = regulator.revoke_and_see(authority, publisher, grants[1], trained["next"], chain, story)
        regulator.picture(authority, trained["version"], BUILD / "lineage-after-revocation.svg")
    with story.step("recall", "The publisher recalls the version that the revocation reached"):
        recalled = recall.recall(publisher, [a, b, authority], authority, trained["version"], story)
    with story.step("questions", "The regulator asks its 22 questions"):
        asked = regulator.ask(authority, trained["version"], story)
    with story.step("audit", "The ledger and every node's index are counted against each other"):
        counted = count(members, chain, deployment)
        story.say(f"{counted['events']} events; rows: {counted['indexedRows']}; rebuilt alike: {counted['rebuilt']}")
    return {
        "chainId": deployment["chainId"],
        "contracts": deployment["contracts"],
        **counted,
        "quarantined": images["quarantined"],
        "quarantinedAsReceived": images["before"],
        "accuracy": trained["accuracy"],
        "runId": trained["run"],
        "versionId": trained["version"],
        "refusedRound": {key: refused[key] for key in ("reason", "nodeReason", "receiptStatus", "transaction")},
        "affectedVersions": refused["affected"],
        "recall": recalled,
        "questions": asked,
        "evidence": {key: evidence[key] for key in ("path", "trust", "verified", "alone")},
        "lineage": str(BUILD / "lineage.svg"),
        "lineageAfterRevocation": str(BUILD / "lineage-after-revocation.svg"),
    }


def admissions(member: Member) -> list[str]:
    """Whom votes let in, by name."""
    proposals = member("proposal", "list")["items"]
    return [one["admission"]["name"] for one in proposals if one["kind"] == "ADMIT" and one["state"] == "EXECUTED"]


def count(members: dict[str, Member], chain: Chain, deployment: dict[str, Any]) -> dict[str, Any]:
    """Events on the chain against rows in each index, and each index against its own rebuild."""
    events = chain.events(list(deployment["contracts"].values()))

    def ask(member: Member) -> tuple[int, bool]:
        # Reading an index needs any key, rebuilding it the operator's.
        keys = json.loads((BUILD / "network" / member.slug / "api-keys.json").read_text())
        operator = Member(member.slug, member.name, member.url, keys["operator"], member.folder)
        rebuilt = bool(operator("index", "rebuild")["equal"])
        return int(member("index", "digest")["counts"]["event"]), rebuilt

    with ThreadPoolExecutor(len(members)) as pool:
        answers = dict(zip(members, pool.map(ask, members.values()), strict=True))
    rows = {slug: count for slug, (count, _) in answers.items()}
    rebuilt = {slug: same for slug, (_, same) in answers.items()}
    return {"transactions": chain.transactions(), "events": events, "indexedRows": rows, "rebuilt": rebuilt}


def checks(report: dict[str, Any]) -> dict[str, bool]:
    """What this software promises, each by name, and whether it came out so."""
    rows, rebuilt, refused = report["indexedRows"], report["rebuilt"], report["refusedRound"]
    received, left_out = report["quarantinedAsReceived"], report["quarantined"]
    peers = report["swarmPeers"]
    # Only a demo with a swarm has something to say about it.
    swarm = {"every Kubo of the swarm knows all others": set(peers.values()) == {len(peers) - 1}} if peers else {}
    return {
        "there are events, and as many rows on every one of four nodes": (
            report["events"] > 0 and len(rows) == 4 and set(rows.values()) == {report["events"]}
        ),
        "every index rebuilt from the chain is the same": len(rebuilt) == 4 and all(rebuilt.values()),
        "the model learnt": report["accuracy"] > 0.9,
        "the evidence verifies offline": report["evidence"]["verified"] is True,
        "the one-file verifier says the same": report["evidence"]["alone"] is True,
        "the node refused the sixth round": refused["nodeReason"] == "REVOKED",
        "the contract refused it too": refused["reason"] == "REVOKED" and refused["receiptStatus"] == 0,
        "the impact names the version": report["affectedVersions"] == [report["versionId"]],
        "the second hospital was let in by vote": "Hospital B" in report["admittedByVote"],
        "both hospitals and the regulator acknowledged the recall": len(report["recall"]["acknowledgedBy"]) == 3,
        "a recalled version cannot be released": report["recall"]["releaseRefused"] is not None,
        "at least 19 of the 22 questions are answered with facts": (
            len(report["questions"]) == 22
            and sum(1 for found in report["questions"].values() if set(found) - {"missing"}) >= 19
        ),
        "files without evidence stayed out": len(received) == 5 and len(left_out) == 3,
        **swarm,
    }


def conclude(story: Story, report: dict[str, Any], file: Path) -> None:
    evidence = report["evidence"]
    story.console.print()
    story.console.rule("what happened")
    story.table(
        ("", ""),
        [
            ("model version", report["versionId"]),
            ("accuracy", f"{report['accuracy']:.3f}"),
            ("quarantined files", str(len(report["quarantined"]))),
            ("evidence", "verified offline" if evidence["verified"] else "NOT verified"),
            ("sixth round", f"refused by the contract: {report['refusedRound']['reason']}"),
            ("recall", f"acknowledged by {len(report['recall']['acknowledgedBy'])}"),
            ("affected versions", str(len(report["affectedVersions"]))),
            ("events on chain", str(report["events"])),
            ("time", f"{report['durations']['total']:.0f} s"),
        ],
    )
    story.table(("check", ""), [(name, "yes" if held else "NO") for name, held in checks(report).items()])
    story.say(f"report    {file}")
    story.say(f"picture   {report['lineageAfterRevocation']}")
    story.say(f"verify    medledger evidence verify {evidence['path']} --trust {evidence['trust']}")
    alone = verifier.FILE.relative_to(verifier.ROOT)
    story.say(f"explain   python {alone} explain {evidence['path']} --trust {evidence['trust']}")


if __name__ == "__main__":
    sys.exit(main())

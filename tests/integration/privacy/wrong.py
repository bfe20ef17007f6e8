"""Everything that can be done wrong: files that cannot enter, and what people type into the wrong place."""

from __future__ import annotations

import httpx2

from tests.integration.privacy.flow import Flow


def files(flow: Flow) -> None:
    """What cannot enter, in every way that the edge has to say so."""
    sources, canaries = flow.sources, flow.canaries
    wrong = sources / "wrong"
    wrong.mkdir()
    named = wrong / "named.csv"
    named.write_text(f"patient,name\np-1,{canaries.word('wrong: opt-outs with a name')}\n")
    spelled = wrong / "spelled.csv"
    spelled.write_text(f"patient\n{canaries.word('wrong: opt-out of a name')}, Maria\n")
    cut = wrong / "cut.ndjson"
    cut.write_text(f'{{"resourceType": "Consent", "id": "{canaries.word("wrong: cut consent")}"')
    salt = wrong / "salt"
    salt.write_text(canaries.word("wrong: salt"))
    text = wrong / f"{canaries.word('wrong: file name')}.txt"
    text.write_text(canaries.word("wrong: text file"))
    about = ("--out", flow.private / "nothing", "--subject", "s", "--title", "t")
    tables = sorted((sources / "refused").iterdir())
    version, clean = flow.version("R4"), flow.private / "clean" / "R4"
    fhir = ("--fhir", "R4", *about)
    flow.hospital.refused(
        *(("dataset", "prepare", one, *about) for one in tables),
        ("dataset", "prepare", sources / "images", *about),
        ("dataset", "prepare", sources / "study.zip", *about),
        ("dataset", "prepare", sources / "R4", *fhir),
        ("dataset", "prepare", text, *about),
        ("dataset", "prepare", text, *fhir),
        ("dataset", "prepare", clean, *fhir, "--opt-outs", named),
        ("dataset", "prepare", clean, *fhir, "--opt-outs", spelled),
        ("dataset", "prepare", clean, *fhir, "--consents", cut),
        ("dataset", "prepare", sources / "table.csv", *about, "--pseudonym", canaries.word("wrong: column")),
        ("dataset", "prepare", sources / "table.csv", *about),
        ("dataset", "deidentify", text, "--out", flow.private / "nothing"),
        ("dataset", "deidentify", sources / "images", "--out", flow.private / "nothing", "--salt-file", salt),
        ("dataset", "deidentify", sources / "images", "--out", flow.private / "nothing", "--pseudonyms", named),
        ("dataset", "refresh", version, "--out", flow.private / "nothing", "--opt-outs", sources / "opt-outs-few.csv"),
        ("dataset", "erase", version, "--patient", canaries.word("wrong: patient")),
        ("dataset", "erase", version, "--record", canaries.word("wrong: record")),
        ("dataset", "erase", version, canaries.word("wrong: argument")),
        ("dataset", "prove", version, "--record", canaries.word("wrong: record to prove")),
        ("dataset", "register", version.parent / canaries.word("wrong: version")),
        ("evidence", "verify", text),
    )
    assert not (flow.private / "nothing").exists()


def requests(flow: Flow) -> None:
    """What people type into the wrong place, at the terminal and over REST."""
    canaries, dataset = flow.canaries, flow.datasets["R4"]
    member = flow.network.member("hospital-a")
    word = canaries.word("request")
    terms = {
        **{"dataset": dataset, "grantee": "Ultrasound Publisher", "permission": "HMB", "purpose": "MLTRAINING"},
        **{"operation": "TRAIN", "until": "30d", "policy": flow.consent},
    }
    names = ("dataset", "grantee", "permission", "purpose", "operation", "until", "project", "condition", "policy")
    wrong_terms = [{**terms, name: word}.items() for name in names]
    flow.hospital.refused(
        *(("consent", "issue", *(f"--{option}={value}" for option, value in given)) for given in wrong_terms),
        ("consent", "show", word),
        ("consent", "revoke", flow.consent, "--reason", word),
        ("dataset", "erasure", dataset, "--version", 1, "--receipt", flow.private / word),
        ("run", "refuse", dataset, 1, "--reason", word),
        ("withdrawal", "list", "--dataset", word),
    )
    key = {"Authorization": f"Bearer {member.api_keys['operator']}", "Idempotency-Key": f"privacy-{dataset[2:20]}"}
    with httpx2.Client(base_url=member.url, headers=key, timeout=20) as client:
        wrong = [
            client.post(f"/v1/datasets/{dataset}/versions", json={"root": word, word: word}),
            client.post(f"/v1/datasets/{dataset}/erasures", json={"version": word, "receiptDigest": word}),
            client.post("/v1/datasets", json={"card": {"id": canaries.number("request: card")}, "cardDigest": word}),
            client.post("/v1/blobs", content=word.encode(), headers={"Content-Type": "text/plain"}),
            client.post(f"/v1/streams/{flow.stream}/anchors", json={"size": word, "root": canaries.number("request")}),
            client.get(f"/v1/datasets/{word}", params={"asOf": word}),
            client.get("/v1/consents", params={"grantor": word, word: canaries.date("request").isoformat()}),
            client.get(f"/v1/organisations/{canaries.number('request')}"),
            client.get("/v1/node", headers={"Authorization": f"Bearer {word}", "X-Patient": word}),
        ]
    assert all(400 <= answer.status_code < 500 for answer in wrong), [answer.status_code for answer in wrong]
    flow.answers += [(f"wrong request {n}", one.content + str(one.headers).encode()) for n, one in enumerate(wrong)]

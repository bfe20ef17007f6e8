"""A regulator's day: what is known of a version, the evidence for it, a file that was changed, and a recall."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from ledger_node.client.inputs import Document
from registry_api.explorer.languages import CATALOGUES, NAMES
from tests.browser.conftest import AsRole
from tests.browser.scene import Scene
from tests.browser.tidy import tidy
from tests.integration.pair import some_digest

LOCALES = {"en": "en-GB", "fr": "fr-FR"}


@pytest.mark.parametrize("language", NAMES)
def test_regulator_asks_takes_the_evidence_and_verifies_it(
    as_role: AsRole, scene: Scene, tmp_path: Path, language: str
) -> None:
    texts = CATALOGUES[language]
    page = as_role(
        "regulator", "auditor", locale=LOCALES[language], color_scheme="dark" if language == "fr" else "light"
    )
    page.goto(f"/versions/{scene.facts.version}/questions")
    expect(page.locator("tbody tr")).to_have_count(22)
    tidy(page)
    page.get_by_role("link", name=texts["asked.4"]).click()
    expect(page.locator("h1")).to_have_text(texts["asked.4"])
    expect(page.locator("td .how.verified").first).to_have_text(texts["known.verified"])
    tidy(page)

    page.get_by_role("link", name=texts["questions.evidence"]).click()
    tidy(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name=texts["evidence.bundle"]).click()
    bundle = tmp_path / coming.value.suggested_filename
    coming.value.save_as(bundle)

    verify(page, bundle, texts)
    expect(page.locator("h1")).to_have_text(texts["verify.verified"])
    expect(page.locator("main")).to_contain_text(texts["verify.own_trust"])
    expect(page.locator(".how.missing")).to_have_count(0)
    tidy(page)

    changed = tmp_path / "changed.json"
    content = bundle.read_text()
    assert "Sonographix Research" in content
    changed.write_text(content.replace("Sonographix Research", "Sonographix Reshaped"))
    verify(page, changed, texts)
    expect(page.locator("h1")).to_have_text(texts["verify.failed"])
    expect(page.locator(".how.missing").first).to_have_text(texts["verify.not_passed"])
    tidy(page)

    cut = tmp_path / "cut.json"
    cut.write_text(content[:-1])
    verify(page, cut, texts)
    expect(page.get_by_role("alert")).to_contain_text("ML-0801")
    tidy(page)


def test_bundle_is_dropped_and_verified_with_another_party_s_trust(
    as_role: AsRole, scene: Scene, tmp_path: Path
) -> None:
    with scene.client("hospital") as hospital, scene.client("publisher") as publisher:
        trust = tmp_path / "trust.json"
        trust.write_bytes(hospital.node.trust())
        told = json.loads(trust.read_bytes())["checkpoint"]["number"]
        while publisher.node.get()["asOfBlock"] < told:
            time.sleep(0.05)
        content = publisher.versions.evidence(scene.facts.child, as_of=told)
    page = as_role("regulator", "auditor")
    page.goto("/verify")
    tidy(page)
    dropped = page.evaluate_handle(
        "text => { const all = new DataTransfer(); all.items.add(new File([text], 'b.json')); return all; }",
        content.decode(),
    )
    page.dispatch_event("main", "drop", {"dataTransfer": dropped})
    page.locator("#trust").set_input_files(trust)
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("h1")).to_have_text("Verified")
    expect(page.locator("main")).to_contain_text(CATALOGUES["en"]["verify.given_trust"])


def test_version_is_recalled_and_its_publisher_acknowledges(as_role: AsRole, scene: Scene) -> None:
    with scene.client("publisher") as publisher:
        card = Document({"format": "medledger-model-card/1", "title": "To be recalled", "intendedUse": "None"})
        made = scene.wait_for(
            publisher.models.import_version(scene.facts.model, artifact_digest=some_digest(), card=card)
        )
    outcome = made["outcome"]
    assert outcome is not None
    version = outcome["version"]

    page = as_role("regulator", "auditor")
    page.goto(f"/versions/{version}/recall")
    tidy(page)
    page.get_by_label("Severity").select_option("CRITICAL")
    page.get_by_label("Title of the notice").fill("Misses lesions under 5 mm")
    page.get_by_label("What is wrong").fill("Found in a trial at another site.")
    page.get_by_role("button", name="Recall this version").click()
    page.wait_for_url(re.compile("/submissions/"))
    recall = on_to_recall(page)
    expect(page.locator(".said")).to_contain_text("Found in a trial at another site.")
    expect(page.get_by_role("row", name="Sonographix Research")).to_contain_text("not yet")
    tidy(page)

    texts = CATALOGUES["fr"]
    theirs = as_role("publisher", "publisher", locale="fr-FR")
    theirs.goto("/recalls")
    link = theirs.locator(f'a[href^="{recall}"]')
    expect(link).to_be_visible()
    tidy(theirs)
    link.click()
    theirs.get_by_role("button", name=texts["recalls.acknowledge"]).click()
    theirs.wait_for_url(re.compile("/submissions/"))
    assert on_to_recall(theirs) == recall
    expect(theirs.get_by_role("row", name="Sonographix Research")).to_contain_text(texts["recalls.yes"])
    expect(theirs.get_by_role("button", name=texts["recalls.acknowledge"])).to_have_count(0)
    tidy(theirs)


def test_suspension_says_beforehand_what_it_does(as_role: AsRole) -> None:
    page = as_role("regulator", "auditor", viewport={"width": 320, "height": 640})
    page.goto("/organisations/1/suspend")
    tidy(page)
    page.get_by_role("button", name="Suspend now").click()
    expect(page.locator("#reason")).to_be_focused()  # nothing is chosen for anybody, and nothing was sent
    page.locator("#reason").select_option("PATIENT_SAFETY")
    page.get_by_label("Until (UTC)").fill("2020-01-01T00:00")
    page.get_by_role("button", name="Suspend now").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#until")).to_have_attribute("aria-invalid", "true")
    tidy(page)


def test_what_was_read_is_on_record(as_role: AsRole) -> None:
    page = as_role("regulator", "auditor")
    page.goto("/reads")
    before = number_of(page.locator("tbody tr").first)
    page.goto("/recalls")
    page.goto("/reads")
    newest = page.locator("tbody tr", has=page.get_by_text(re.compile(r"^/recalls$"))).first
    assert number_of(newest) > before
    expect(newest.locator("td").nth(1)).to_have_text(re.compile(r"^\s*key "))
    tidy(page)


def number_of(row: Locator) -> int:
    return int(row.locator("th").inner_text().replace(",", ""))


def verify(page: Page, file: Path, texts: dict[str, str]) -> None:
    page.goto("/verify")
    page.locator("#bundle").set_input_files(file)
    page.get_by_role("button", name=texts["verify.submit"]).click()


def on_to_recall(page: Page) -> str:
    """From the page of the write to what it made; the path of the recall."""
    page.locator("main a.button.primary").click()  # only once the chain has it
    page.wait_for_url(re.compile("/recalls/0x"))
    return page.url[page.url.index("/recalls/") :].partition("?")[0]

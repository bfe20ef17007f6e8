"""Signing in and out as a person does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from registry_api.explorer.languages import Texts
from tests.browser.conftest import AsRole
from tests.browser.scene import Scene
from tests.browser.tidy import tidy


@pytest.mark.parametrize(
    ("organisation", "role"), [("hospital", "steward"), ("publisher", "publisher"), ("regulator", "auditor")]
)
def test_page_says_who_acts(as_role: AsRole, scene: Scene, organisation: str, role: str) -> None:
    """The name of the key ends with its role too: what follows the comma is the session's."""
    page, t = as_role(organisation, role), Texts("en")
    acting = page.locator("header .acting > span")
    expect(acting).to_have_text(
        [
            t("page.node_of", organisation=scene.member(organisation).plan.name),
            re.compile(rf"^Signed in: key \w+ [\w-]+, {t(f'roles.{role}')}$"),
        ]
    )
    tidy(page)

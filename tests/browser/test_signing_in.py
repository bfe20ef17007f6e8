"""Signing in and out as a person does."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AsRole
from tests.browser.tidy import tidy


@pytest.mark.parametrize(
    ("organisation", "role"), [("hospital", "steward"), ("publisher", "publisher"), ("regulator", "auditor")]
)
def test_page_says_who_acts(as_role: AsRole, organisation: str, role: str) -> None:
    page = as_role(organisation, role)
    expect(page.locator("header")).to_contain_text(role)
    tidy(page)

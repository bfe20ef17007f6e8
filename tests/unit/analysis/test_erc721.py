"""slither-check-erc's output, read."""

from __future__ import annotations

import pytest

from scripts.analysis import erc721

OUTPUT = """# Check ConsentToken

## Check functions
[✓] ownerOf(uint256) is present
	[✓] ownerOf(uint256) -> (address) (correct return type)
[✓] safeTransferFrom(address,address,uint256,bytes) is present
	[ ] Must emit be view Transfer(address,address,uint256)
[✓] safeTransferFrom(address,address,uint256) is present
	[ ] Must emit be view Transfer(address,address,uint256)
[✓] transferFrom(address,address,uint256) is present
	[ ] Must emit be view Transfer(address,address,uint256)
[✓] approve(address,uint256) is present
	[ ] Must emit be view Approval(address,address,uint256)
[✓] setApprovalForAll(address,bool) is present
	[ ] Must emit be view ApprovalForAll(address,address,bool)

## Check events
[✓] Transfer(address,address,uint256) is present
"""


def test_the_five_events_of_a_bound_token_may_be_missing() -> None:
    assert erc721.judge(OUTPUT).met


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("[✓] Transfer(", "[ ] Transfer(", "Transfer(address,address,uint256): Transfer(address,address,uint256) is"),
        ("\t[✓] ownerOf", "\t[ ] ownerOf", "ownerOf(uint256): ownerOf(uint256) -> (address)"),
        ("[ ] Must emit be view Approval(", "[✓] Must emit be view Approval(", "the tool has no such line"),
    ],
)
def test_anything_else_is_a_fault(before: str, after: str, complaint: str) -> None:
    assert before in OUTPUT
    outcome = erc721.judge(OUTPUT.replace(before, after, 1))
    assert not outcome.met
    assert [said for said in outcome.complaints if complaint in said]


def test_no_output_is_no_conformance() -> None:
    assert not erc721.judge("").met

"""What a proposal carries, against the ABI library as the oracle."""

from __future__ import annotations

import pytest
from eth_abi.abi import decode, encode

from ledger_node.domain.codes import Capability
from ledger_node.errors import ChainAnswerInvalid
from registry_api import ballots

ADMISSION = "(address,uint8,bool,string)"
ADMIN = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # EIP-55's own example


@pytest.mark.parametrize("name", ["K", "Klinikum Süd gGmbH", "x" * 32, "x" * 33, "病院" * 20, "x" * 128])
@pytest.mark.parametrize("for_profit", [True, False])
def test_an_admission_is_encoded_as_the_contract_reads_it(name: str, for_profit: bool) -> None:
    admission = ballots.Admission(ADMIN, Capability.CUSTODIAN | Capability.PUBLISHER, for_profit, name)
    payload = ballots.admission_payload(admission)
    assert bytes.fromhex(payload[2:]) == encode([ADMISSION], [(ADMIN, 3, for_profit, name)])
    assert decode([ADMISSION], bytes.fromhex(payload[2:])) == ((ADMIN.lower(), 3, for_profit, name),)
    assert ballots.read_admission(payload) == admission


def test_an_organisation_is_one_word() -> None:
    payload = ballots.organisation_payload(7)
    assert bytes.fromhex(payload[2:]) == encode(["uint32"], [7])
    assert ballots.read_organisation(payload) == 7


def test_a_payload_that_is_no_admission_is_refused() -> None:
    for payload in ("0x", "0x00", ballots.organisation_payload(7)):
        with pytest.raises(ChainAnswerInvalid):
            ballots.read_admission(payload)

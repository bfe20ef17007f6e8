"""What lists of facts may be asked for, beside who and which: codes and states."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from ledger_node.domain.codes import ConsentState, Lifecycle, Outcome, RequestState
from ledger_node.domain.search import SEARCH
from registry_api.schemas.base import NameOf, OperationName, PurposeName

_STATE = Query(description="Only those in this state, as of the block that the answer speaks of.")

ByPurpose = Annotated[
    PurposeName | None, Query(description="With this purpose, and perhaps others.", examples=["HRESCH"])
]
ByOperation = Annotated[
    OperationName | None, Query(description="With this operation, and perhaps others.", examples=["TRAIN"])
]
InConsentState = Annotated[Annotated[str, NameOf(ConsentState)] | None, _STATE]
InRequestState = Annotated[Annotated[str, NameOf(RequestState, but=("NONE",))] | None, _STATE]
InProposalState = Annotated[Literal["OPEN", "PASSED", "EXECUTED", "LAPSED"] | None, _STATE]
InLifecycle = Annotated[Annotated[str, NameOf(Lifecycle, but=("NONE",))] | None, _STATE]
WithOutcome = Annotated[Annotated[str, NameOf(Outcome)] | None, _STATE]
WithWords = Annotated[
    str | None,
    Query(
        description="Only those whose public card holds all of these words, in any case and with or without accents; "
        "one that ends with * by its beginning. `unreadCards` says how many cards could not be searched.",
        pattern=SEARCH,
        examples=["ultrasound mamm*"],
    ),
]
WhichStand = Annotated[
    Literal["true", "false"] | None, Query(description="Only those that stand, or only those that were lifted.")
]

"""The node behind the running application, as a parameter of the handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import Depends, Request

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node


async def node_of(request: Request) -> Node:
    return cast("Node", request.app.state.node)


if TYPE_CHECKING:
    NodeOf = Annotated[Node, Depends(node_of)]
else:  # the schema can be built where no node can run
    NodeOf = Annotated[Any, Depends(node_of)]

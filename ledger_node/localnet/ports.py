"""Ports of the loopback that a network keeps, so that its parts find one another again after a pause."""

from __future__ import annotations

from ledger_node.errors import PortInUse
from ledger_node.localnet.processes import free_port, port_is_free


class Ports(dict[str, int]):
    """A port by the name of who listens there, chosen when it is first asked for."""

    def of(self, name: str) -> int:
        if name not in self:
            port = free_port()
            while port in self.values():
                port = free_port()
            self[name] = port
        return self[name]

    def give(self, name: str, port: int) -> None:
        """Fixes one. PortInUse when somebody listens there."""
        self[name] = port
        self._check(name)

    def check(self) -> None:
        """PortInUse when somebody else listens on one of them by now."""
        for name in self:
            self._check(name)

    def _check(self, name: str) -> None:
        if not port_is_free("127.0.0.1", self[name]):
            needed = "a free port; for a network made before: whoever listens there stopped, or --fresh"
            raise PortInUse("a port is taken", got=f"port {self[name]} ({name})", needed=needed)

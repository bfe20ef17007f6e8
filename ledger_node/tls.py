"""What TLS said when a connection failed."""

from __future__ import annotations

import ssl


def refusal_of(error: BaseException) -> ssl.SSLError | None:
    """The cause of a failure, if it is TLS's own: SSLCertVerificationError for a certificate that is not trusted."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ssl.SSLError):
        seen = seen.__cause__ or seen.__context__
    return seen

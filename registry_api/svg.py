"""A picture as a response."""

from __future__ import annotations

import base64
import hashlib

from starlette.responses import Response

from registry_api.explorer.picture import STYLE

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


class Picture(Response):
    """SVG whose own style, and nothing else, may be applied when it is opened by itself."""

    media_type = "image/svg+xml"

    def __init__(self, content: str, status_code: int = 200) -> None:
        policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"
        super().__init__(content, status_code, headers={"Content-Security-Policy": policy})

"""Text in the pixels of an image: where a detector finds some. Runs in the child process.

What the text says is never read: of the package only the detector is used, not the recognition. Every frame is looked
at, since text may come and go. Each is shown to the detector above a few lines of text of our own. If it does not find
those, its word is worth nothing; and without any text in sight it takes tissue and colour Doppler for some.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ledger_node.edge import pixels

DETECTOR = "PP-OCRv4"
PACKAGES = ("cv2", "onnxruntime", "rapidocr_onnxruntime")
DISTRIBUTIONS = ("rapidocr-onnxruntime", "onnxruntime")

#: Images are enlarged until their shorter side has this many pixels.
SHORTER_SIDE = 736
#: The thresholds are lower than the package's own (0.3 and 0.5): what is found in vain costs a few pixels, what is
#: missed may be a name. The size keeps the package from enlarging once more.
SETTINGS: dict[str, Any] = {
    "limit_side_len": 32,
    "limit_type": "min",
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "thresh": 0.2,
    "box_thresh": 0.3,
    "max_candidates": 1_000,
    "unclip_ratio": 1.6,
    "use_dilation": True,
    "score_mode": "fast",
}
MARGIN = (3, 12)  # pixels around what is found: a quarter of its height, at least and at most

CONTROL = "CONTROL 0123456789"
LETTER = 30  # pixels, of an enlarged image
LINES = 3


class Blind(Exception):
    """The detector did not find the text that is there."""


def model() -> Path:
    """The file of the detector's network."""
    spec = find_spec("rapidocr_onnxruntime")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "models" / "ch_PP-OCRv4_det_infer.onnx"


@cache
def model_digest() -> str:
    return hashlib.sha256(model().read_bytes()).hexdigest()


def found(dataset: Any) -> Any:
    """A boolean array (rows, columns), true where any frame of an image has text. Raises UnreadablePixels, Blind."""
    import numpy as np

    rows, columns = dataset.Rows, dataset.Columns
    mask = np.zeros((rows, columns), dtype=bool)
    for frame, photometric in pixels.frames_of(dataset):
        if frame.shape[:2] != mask.shape:
            raise pixels.UnreadablePixels
        for box in _boxes(_shown(dataset, frame, photometric)):
            if part := box.within(rows, columns):
                mask[part.top : part.bottom + 1, part.left : part.right + 1] = True
    return mask


def areas(mask: Any) -> int:
    """How many separate areas a mask has."""
    import cv2
    import numpy as np

    return int(cv2.connectedComponents(mask.astype(np.uint8))[0]) - 1


def _boxes(shown: Any) -> list[pixels.Box]:
    """Where a frame has text, with the margin. Raises Blind."""
    import cv2
    import numpy as np

    rows, columns = shown.shape[:2]
    scale = max(1.0, SHORTER_SIDE / min(rows, columns))
    large = cv2.resize(shown, (round(columns * scale), round(rows * scale)))
    height, width = large.shape[:2]
    corners, _ = _detector()(np.concatenate([large, _control(width)]))
    boxes, seen = [], set()
    for quadrilateral in () if corners is None else corners:
        (left, top), (right, bottom) = quadrilateral.min(axis=0), quadrilateral.max(axis=0)
        seen |= {line for line in range(LINES) if top <= height + _middle(line) <= bottom}
        if top < height:
            margin = min(max((min(right - left, bottom - top) / scale) // 4, MARGIN[0]), MARGIN[1])
            edges = (left / scale - margin, top / scale - margin, right / scale + margin, bottom / scale + margin)
            boxes.append(pixels.Box(*(round(float(edge)) for edge in edges)))
    if len(seen) < LINES:
        raise Blind
    return boxes


def _middle(line: int) -> int:
    return LETTER * (2 * line + 1) + LETTER // 2


@cache
def _control(width: int) -> Any:
    """Lines of our own text, white on black, as wide as an image."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    canvas = Image.new("RGB", (width, LETTER * (2 * LINES + 1)))
    for line in range(LINES):
        place, font = (LETTER, _middle(line)), ImageFont.load_default(LETTER)
        ImageDraw.Draw(canvas).text(place, CONTROL, (255, 255, 255), font, anchor="lm")
    return np.asarray(canvas)


def _shown(dataset: Any, frame: Any, photometric: str) -> Any:
    """A frame as it looks: three channels of 8 bits; deeper ones from their lowest value to their highest."""
    import numpy as np
    from pydicom.pixels import apply_color_lut

    if photometric == "PALETTE COLOR":
        frame = apply_color_lut(frame, dataset)
    if frame.dtype.itemsize > 1:
        low, high = int(frame.min()), int(frame.max())
        frame = ((frame.astype(np.float32) - low) * (255 / max(high - low, 1))).astype(np.uint8)
    if photometric == "YBR_FULL":
        frame = frame[..., 0]
    return np.ascontiguousarray(frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, axis=2))


@cache
def _detector() -> Any:
    import cv2
    from rapidocr_onnxruntime.ch_ppocr_det import TextDetector

    cv2.setNumThreads(1)
    threads = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
    return TextDetector({**SETTINGS, **threads, "model_path": str(model())})

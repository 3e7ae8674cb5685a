"""Photographs and signatures: size limits and refusals (L1)."""

import hashlib
from dataclasses import dataclass

from aggregates.errors import Malformed

MEBIBYTE = 2**20
MOST_BYTES = 5 * MEBIBYTE
"""The largest size of an image file, in bytes (L1): 5 MB, counted as mebibytes."""


class ImageTooLarge(Malformed):
    code = "image-too-large"
    message = "The image is larger than 5 MB. Save it smaller, then send it again."


class ImageEmpty(Malformed):
    code = "image-empty"
    message = "Nothing was sent. Send the JPEG or PNG image itself as the body."


class NotAnImage(Malformed):
    code = "not-an-image"
    is_wrong_type = True
    message = "This is not a JPEG or PNG image. Save it as one of these and try again."


class ImageDamaged(Malformed):
    code = "image-damaged"
    message = "The image is damaged: it cannot be read to its end. Save it anew."


class TooManyPixels(Malformed):
    code = "too-many-pixels"
    message = (
        "The image has {width} by {height} pixels, which are too many. Make it smaller:"
        " 4000 by 3000 are more than enough."
    )


@dataclass(frozen=True, kw_only=True)
class Image:
    """A JPEG or PNG image, re-encoded by this service."""

    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

"""Photographs and signatures: each received image is decoded and encoded anew."""

from collections.abc import Mapping
from io import BytesIO
from threading import Lock

import PIL.ImageFile
from PIL.ExifTags import Base
from PIL.Image import Image as Picture
from PIL.Image import Transpose
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from aggregates.learners.image import (
    MOST_BYTES,
    Image,
    ImageDamaged,
    ImageEmpty,
    ImageTooLarge,
    NotAnImage,
    TooManyPixels,
)

MOST_DECODED = 200 * 1000 * 1000
"""The most bytes that decoding an image may need (d): enough for 25 megapixels."""

MOST_SCANS = 100
"""The most scans of a progressive JPEG (d); cameras write ten."""

QUALITY, COMPRESSION = 90, 3
GREY = frozenset({"1", "L"})
DECODERS: Mapping[bytes, type[JpegImageFile | PngImageFile]] = {
    b"\xff\xd8\xff": JpegImageFile,
    b"\x89PNG\r\n\x1a\n": PngImageFile,
}
"""The accepted formats, by their first bytes; no other format is decoded."""

TURNS: Mapping[int, Transpose] = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""The transposition that turns a picture upright, by its Exif orientation."""

_turn = Lock()
"""Lets one image be decoded at a time, because each may need much memory."""


def plain_image(content: bytes) -> Image:
    """Decode an image and encode it upright, without metadata or hidden data (L1).

    Places, dates, comments, profiles, further frames and data after the picture are
    dropped; the picture is turned as its metadata says. Raises ImageEmpty, ImageTooLarge,
    NotAnImage and TooManyPixels before anything is decoded; ImageDamaged.
    """
    if not content:
        raise ImageEmpty
    if len(content) > MOST_BYTES:
        raise ImageTooLarge
    decoder = next(
        (d for start, d in DECODERS.items() if content.startswith(start)), None
    )
    if decoder is None:
        raise NotAnImage
    with _turn:
        # What prints certificates sets this for the whole process as it is imported.
        PIL.ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            with decoder(BytesIO(content)) as found:
                _require_modest(found, content)
                return _encode_image(_upright(found), decoder.format)
        except TooManyPixels:
            raise
        except Exception:  # noqa: BLE001 - decoders trip over damage in countless ways
            raise ImageDamaged from None


def _require_modest(found: ImageFile, content: bytes) -> None:
    """Raise TooManyPixels or ImageDamaged, by the header alone.

    While a picture is turned, it is in memory twice, with four bytes a pixel. A JPEG may be
    held whole while it is decoded, with two bytes for each value, and each scan goes over
    it.
    """
    held = 8.0
    if isinstance(found, JpegImageFile):
        values = [across * down for _, across, down, _ in found.layer]
        held = max(held, 4 + 2 * sum(values) / max(values))
    if found.width * found.height * held > MOST_DECODED:
        raise TooManyPixels(width=found.width, height=found.height)
    if content.count(b"\xff\xda") > MOST_SCANS:
        raise ImageDamaged


def _upright(found: ImageFile) -> Picture:
    """Decode it and turn it upright, with eight bits a colour."""
    found.load()
    turn = TURNS.get(found.getexif().get(Base.Orientation, 1))
    picture = found.transpose(turn) if turn is not None else found
    if picture.mode == "I;16":
        return picture.point(lambda value: value / 256).convert("L")
    mode = "L" if picture.mode in GREY else "RGB"
    if picture.has_transparency_data:
        mode = "RGBA"
    return picture if picture.mode == mode else picture.convert(mode)


def _encode_image(picture: Picture, kind: str) -> Image:
    picture.info.clear()
    file = BytesIO()
    picture.save(file, kind, quality=QUALITY, compress_level=COMPRESSION)
    return Image(
        content=file.getvalue(),
        media_type=f"image/{kind.lower()}",
        width=picture.width,
        height=picture.height,
    )

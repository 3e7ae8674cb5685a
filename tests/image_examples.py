"""Images in tests: good ones, and what only claims to be one."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL.ExifTags import Base
from PIL.Image import Exif, Image, new
from PIL.Image import open as opened
from PIL.PngImagePlugin import PngInfo

RED, GREEN = (220, 30, 30), (30, 200, 30)
MOST_ROWS = 5_000
SECRET = b"51.7520 N 1.2577 W"


def picture(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image:
    """Draw a red picture, its upper left corner green."""
    made = new("RGB", size, RED)
    made.paste(GREEN, (0, 0, size[0] // 4, size[1] // 4))
    return made if mode == "RGB" else made.convert(mode)


def written(image: Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def read(content: bytes) -> Image:
    return opened(BytesIO(content))


def telling_exif(*, orientation: int = 1) -> Exif:
    """Make what a camera adds: how it was held, and where."""
    exif = Exif()
    exif[Base.Orientation] = orientation
    exif[Base.ImageDescription] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def telling_png() -> bytes:
    """Make a PNG that says where it was taken in every way a PNG can."""
    info = PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=False)
    return written(
        picture(), "PNG", pnginfo=info, exif=telling_exif(), icc_profile=SECRET
    )


def telling_jpeg() -> bytes:
    """Make a JPEG that says where it was taken in every way a JPEG can."""
    return written(
        picture(),
        "JPEG",
        exif=telling_exif(),
        icc_profile=SECRET,
        comment=SECRET,
        xmp=SECRET,
    )


def png_bomb(width: int, height: int) -> bytes:
    """Make a small PNG of a huge picture: one bit a pixel, black as far as it goes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    rows = (
        b"".join(packer.compress(row) for _ in range(min(height, MOST_ROWS)))
        + packer.flush()
    )
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


PHOTOGRAPH = telling_jpeg()
SIGNATURE = written(picture("RGBA"), "PNG")

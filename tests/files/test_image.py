"""Images: whatever is sent is a plain picture afterwards, or is refused."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.errors import Malformed
from aggregates.learners.image import (
    MOST_BYTES,
    ImageDamaged,
    ImageEmpty,
    ImageTooLarge,
    NotAnImage,
    TooManyPixels,
)
from files.image import MOST_SCANS, plain_image
from tests.image_examples import (
    GREEN,
    PHOTOGRAPH,
    RED,
    SECRET,
    SIGNATURE,
    picture,
    png_bomb,
    read,
    telling_exif,
    telling_png,
    written,
)

MOST_KILOBYTES = 300 * 1024
PEAK = r"""
import re, sys
from pathlib import Path
from aggregates.errors import Malformed
from files.image import plain_image
for path in sys.argv[1:]:
    try:
        plain_image(open(path, "rb").read())
    except Malformed as refusal:
        print(type(refusal).__name__)
print(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def alike(one: object, other: tuple[int, ...]) -> bool:
    assert isinstance(one, tuple)
    return all(abs(x - y) < 16 for x, y in zip(one, other, strict=False))


@pytest.mark.parametrize("content", [PHOTOGRAPH, telling_png()])
def test_a_plain_image_shows_the_same_and_tells_nothing_else(content: bytes) -> None:
    """L1: places, profiles, comments and thumbnails are gone."""
    assert SECRET in content
    plain = plain_image(content)
    shown = read(plain.content)
    assert shown.size == (plain.width, plain.height) == (48, 32)
    assert alike(shown.getpixel((2, 2)), GREEN)
    assert alike(shown.getpixel((40, 20)), RED)
    assert SECRET not in plain.content
    assert not shown.getexif()
    assert not {"comment", "icc_profile", "exif", "xmp"} & shown.info.keys()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_plain_image_keeps_its_format_and_is_plain_when_read_again(kind: str) -> None:
    """L1."""
    plain = plain_image(written(picture(), kind))
    assert plain.media_type == f"image/{kind.lower()}"
    assert read(plain.content).format == kind
    assert plain_image(plain.content).width == plain.width


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [
        (1, (0, 0)),
        (2, (1, 0)),
        (3, (1, 1)),
        (4, (0, 1)),
        (5, (0, 0)),
        (6, (1, 0)),
        (7, (1, 1)),
        (8, (0, 1)),
        (9, (0, 0)),
    ],
)
def test_a_picture_is_upright_however_the_camera_was_held(
    orientation: int, corner: tuple[int, int]
) -> None:
    """L1: the green corner is where it is to be seen."""
    exif = telling_exif(orientation=orientation)
    plain = plain_image(written(picture(), "JPEG", exif=exif, quality=95))
    shown = read(plain.content)
    assert shown.size == ((32, 48) if orientation in {5, 6, 7, 8} else (48, 32))
    at = tuple(
        2 if side == 0 else length - 3
        for side, length in zip(corner, shown.size, strict=True)
    )
    assert alike(shown.getpixel((at[0], at[1])), GREEN)


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        (written(picture("1"), "PNG"), "L"),
        (written(picture("L"), "PNG"), "L"),
        (written(picture("I;16"), "PNG"), "L"),
        (written(picture("P"), "PNG"), "RGB"),
        (written(picture("P"), "PNG", transparency=0), "RGBA"),
        (written(picture("L"), "PNG", transparency=0), "RGBA"),
        (written(picture("LA"), "PNG"), "RGBA"),
        (written(picture(), "PNG", transparency=RED), "RGBA"),
        (written(picture("CMYK"), "JPEG"), "RGB"),
        (written(picture("L"), "JPEG"), "L"),
        (written(picture("YCbCr"), "JPEG", progressive=True), "RGB"),
    ],
)
def test_every_way_to_keep_colours_becomes_a_usual_one(
    content: bytes, mode: str
) -> None:
    """L1."""
    assert read(plain_image(content).content).mode == mode


def test_sixteen_bits_of_grey_become_the_same_grey_in_eight() -> None:
    """L1."""
    grey = picture("I;16").point(lambda _: 0x8040)
    assert read(plain_image(written(grey, "PNG")).content).getpixel((1, 1)) == 0x80


def test_what_is_hidden_behind_a_picture_or_moves_is_gone() -> None:
    """L1."""
    script = b"<script>alert(1)</script><?php system($_GET[0]) ?>"
    for content in (PHOTOGRAPH, SIGNATURE):
        assert b"script" not in plain_image(content + script).content
    frames = [picture("L"), picture("RGB")]
    moving = written(picture(), "PNG", save_all=True, append_images=frames)
    assert getattr(read(moving), "n_frames", 1) > 1
    assert getattr(read(plain_image(moving).content), "n_frames", 1) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        written(picture(), "GIF"),
        written(picture(), "WEBP"),
        written(picture(), "BMP"),
        written(picture(), "TIFF"),
        written(picture(), "PDF"),
        b"%!PS-Adobe-3.0",
        b" " + PHOTOGRAPH,
    ],
)
def test_what_is_no_jpeg_and_no_png_is_refused(content: bytes) -> None:
    """L1."""
    with pytest.raises(NotAnImage, match="not a JPEG or PNG"):
        plain_image(content)


def test_nothing_at_all_is_said_to_be_missing() -> None:
    """L1."""
    with pytest.raises(ImageEmpty, match="Nothing was sent"):
        plain_image(b"")


@pytest.mark.parametrize("content", [PHOTOGRAPH, SIGNATURE, telling_png()])
def test_an_image_that_ends_too_soon_is_refused(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L1: wherever it ends, and whatever else in the process would take such images."""
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    for end in (*range(8, 40), len(content) // 2, len(content) - 40):
        with pytest.raises(ImageDamaged, match="damaged"):
            plain_image(content[:end])


@pytest.mark.parametrize("content", [PHOTOGRAPH, SIGNATURE])
def test_an_image_may_have_five_megabytes_and_not_a_byte_more(content: bytes) -> None:
    """L1."""
    room = MOST_BYTES - len(content)
    assert plain_image(content + bytes(room)).width == 48
    with pytest.raises(ImageTooLarge, match="larger than 5 MB"):
        plain_image(content + bytes(room + 1))


def test_an_image_may_have_25_megapixels_and_not_one_more() -> None:
    """L1: told by its header, before anything of it is decoded."""
    assert plain_image(png_bomb(5000, 5000)).width == 5000
    with pytest.raises(TooManyPixels, match="5001 by 5000 pixels"):
        plain_image(png_bomb(5001, 5000))


def test_a_jpeg_that_goes_over_its_picture_for_ever_is_refused() -> None:
    """L1: each scan costs as much as a whole picture does."""
    content = written(picture(), "JPEG", progressive=True)
    start = content.rindex(b"\xff\xda")
    scan = content[start:-2]

    def scanned(times: int) -> bytes:
        return content[:-2] + scan * times + content[-2:]

    there = content.count(b"\xff\xda")
    assert plain_image(scanned(MOST_SCANS - there)).width == 48
    with pytest.raises(ImageDamaged):
        plain_image(scanned(MOST_SCANS - there + 1))


def test_no_image_takes_more_than_300_megabytes(tmp_path: Path) -> None:
    """L1: in a process of its own, the dearest that are taken and a bomb."""
    turned = telling_exif(orientation=6)
    dear = {
        "coloured.png": written(picture("RGBA", (5000, 5000)), "PNG", exif=turned),
        "held.jpg": written(
            picture("RGB", (4400, 4400)),
            "JPEG",
            progressive=True,
            subsampling=0,
            exif=turned,
        ),
        "bomb.png": png_bomb(50_000, 50_000),
    }
    for name, content in dear.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in dear]
    done = subprocess.run(  # noqa: S603 - our own lines
        [sys.executable, "-c", PEAK, *paths], capture_output=True, text=True, check=True
    )
    refused, peak = done.stdout.split()
    assert refused == "TooManyPixels"
    assert int(peak) < MOST_KILOBYTES


MANGLED = st.tuples(
    st.sampled_from(
        [
            PHOTOGRAPH,
            SIGNATURE,
            telling_png(),
            written(picture("P"), "PNG", transparency=b"\x00\x80"),
            written(picture("CMYK"), "JPEG", progressive=True),
        ]
    ),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)),
        min_size=1,
        max_size=6,
    ),
)


def mangled(content: bytes, changes: list[tuple[float, bytes]]) -> bytes:
    changed = bytearray(content)
    for place, other in changes:
        at = int(place * len(changed))
        changed[at : at + len(other)] = other
    return bytes(changed)


def require_plain_or_refused(content: bytes) -> None:
    try:
        plain = plain_image(content)
    except Malformed:
        return
    assert read(plain.content).size == (plain.width, plain.height)


@given(MANGLED)
def test_mangled_bytes_are_a_plain_image_or_a_refusal(
    given: tuple[bytes, list[tuple[float, bytes]]],
) -> None:
    """L1: never anything else, whatever the decoder trips over."""
    require_plain_or_refused(mangled(*given))


@pytest.mark.prove
@settings(max_examples=20_000)
@given(MANGLED)
def test_mangled_bytes_are_a_plain_image_or_a_refusal_at_length(
    given: tuple[bytes, list[tuple[float, bytes]]],
) -> None:
    """L1."""
    require_plain_or_refused(mangled(*given))

"""Take the README's pictures of the demo's filled centre: ``make pictures``."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from cli.demo.lived_in import fill_centre
from tests.web.browsers import chromium, screen_of, served
from tests.web.pages import website

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH, MOST_HEIGHT, COLOURS = 1200, 1000, 64
PICTURES: dict[str, Sequence[str]] = {
    "home": (),
    "order": ("text=Finish order",),
    "not-eligible": ("text=not eligible yet", "text=Put it right"),
}
"""What each shows: the links that lead there from the first page."""


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with website() as site, chromium() as browser, served(site) as address:
        fill_centre(site.service)
        with screen_of(browser, site, address, "admin.riverside") as screen:
            page = screen.page
            page.set_viewport_size({"width": WIDTH, "height": MOST_HEIGHT})
            for name, links in PICTURES.items():
                screen.open("/")
                for link in links:
                    page.locator(f"main >> {link}").first.click()
                page.goto(page.url.partition("#")[0])  # from the top
                path = FOLDER / f"{name}.png"
                path.write_bytes(picture_of(page))
                print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")  # noqa: T201 - what was made


def picture_of(page: Page) -> bytes:
    """Take a picture of what is on the screen, in few colours, which makes it small."""
    taken = Image.open(BytesIO(page.screenshot()))
    small = BytesIO()
    taken.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(
        small, "png", optimize=True
    )
    return small.getvalue()


if __name__ == "__main__":
    main()

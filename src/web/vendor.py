"""Bring the style sheets, scripts and fonts of others into ``static/``: ``make vendor``.

Each package is fetched by name and version and held to its checksum. The licence of
govuk-frontend, which its package lacks, was put beside it by hand. What only the sites
of the British government may use is taken out: their typeface, crest and pictures.
"""

import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

STATIC = Path(__file__).parent / "static"

NEXT = "@fontsource-variable/atkinson-hyperlegible-next"
PACKAGES: Mapping[str, tuple[str, str]] = {
    "govuk-frontend": (
        "6.3.0",
        "3d91fd1353e32e306a8ae493b44ba9c0277348b5dbc08442a3e63d822e516048",
    ),
    "htmx.org": (
        "4.0.1",
        "5fba65616ca148a86d377e9771bcada7f35faee3558651feb929eea425e13b3c",
    ),
    NEXT: ("5.3.0", "75d5156505841b7dd4251398f0a5ff9e44120c87c2e388e9a108879b4def23a6"),
}
"""Each package with its version, and the checksum of that (SHA-256)."""

FONT = "files/atkinson-hyperlegible-next-{}-wght-normal.woff2"
TAKEN: Mapping[str, Mapping[str, str]] = {
    "govuk-frontend": {
        "dist/govuk/govuk-frontend.min.css": "govuk.css",
        "dist/govuk/govuk-frontend.min.js": "govuk.js",
    },
    "htmx.org": {"dist/htmx.min.js": "htmx.js", "LICENSE": "htmx.LICENSE"},
    NEXT: {
        FONT.format("latin"): "latin.woff2",
        FONT.format("latin-ext"): "latin-ext.woff2",
        "LICENSE": "atkinson-hyperlegible-next.LICENSE",
    },
}
"""The files that are taken from each, and what they are called here."""

UNUSED = (
    *("accordion", "back-link", "character-count", "cookie-banner", "date-input"),
    *("exit-this-page", "footer", "generic-header", "header", "phase-banner", "tabs"),
    "warning-text",
)
"""Components that no page has, whose rules are taken out of the style sheet."""

FORBIDDEN = ("GDS Transport", "crest", "/assets/", "sourceMappingURL")
"""What no file here may hold."""


def main() -> None:
    """Fetch all, check it, write what is taken."""
    with TemporaryDirectory() as folder:
        for name, (version, checksum) in PACKAGES.items():
            into = Path(folder, name.replace("/", "-"))
            inside = fetch(f"{name}@{version}", checksum, into)
            for source, target in TAKEN[name].items():
                shutil.copyfile(inside / source, STATIC / target)
    for path in (*STATIC.glob("*.css"), *STATIC.glob("*.js")):
        path.write_text(strip_branding(path.read_text()))
        if found := forbidden_in(path.read_text()):
            raise SystemExit(f"{path.name} still holds {', '.join(found)}.")
    components = STATIC / "govuk.css"
    components.write_text(strip_unused(components.read_text()))


def fetch(package: str, checksum: str, into: Path) -> Path:
    """Fetch a package and unpack it; exits unless it is the one that is known."""
    into.mkdir()
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch what is vendored; it was not found.")
    command = [npm, "pack", "--silent", "--pack-destination", str(into), package]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own list
    archive = next(into.glob("*.tgz"))
    found = sha256(archive.read_bytes()).hexdigest()
    if found != checksum:
        raise SystemExit(f"{package} is not the package that is known: {found}.")
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")
    return into / "package"


def strip_branding(text: str) -> str:
    """Take out what is not for us: faces, pictures, maps of sources."""
    text = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", text)
    text = re.sub(
        r"(['\"]?)GDS Transport\1, ?arial, ?sans-serif", "var(--app-font)", text
    )
    text = re.sub(r"url\([^)]*/assets/[^)]*\)", "none", text)
    return re.sub(r"/[/*][#@] ?sourceMappingURL=[^\n*]*(\*/)?", "", text)


def strip_unused(text: str) -> str:
    """Take out the rules of components that no page has."""
    unused = re.compile(rf"\.govuk-({'|'.join(UNUSED)})(?![a-z])")

    def rule(found: re.Match[str]) -> str:
        kept = [each for each in found[1].split(",") if not unused.search(each)]
        return f"{','.join(kept)}{{{found[2]}}}" if kept else ""

    return re.sub(r"([^{}@]+)\{([^{}]*)\}", rule, text)


def forbidden_in(text: str) -> list[str]:
    """List what is still there of what may not be."""
    return [each for each in FORBIDDEN if each in text]


if __name__ == "__main__":
    main()

"""Certificates by veraPDF, the checker of PDF/UA-1 that the industry goes by.

Without Java, or without Maven to fetch it, this is skipped; with ``VERAPDF_REQUIRED`` set
in the environment it fails instead.
"""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import weasyprint
from defusedxml.ElementTree import fromstring

from tests.machine.maven import why_no_jars
from tests.machine.needed import require
from tests.web.pages import FullSite
from web.certificates import document

HERE = Path(__file__).parent
JARS = HERE.parents[2] / "build" / "verapdf"
HOSTILE = "<b>Zoë</b> =1+1 Łukasz \u202eمحمد\u202c 'O'Brien"
SMALL = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")


def test_certificates_are_pdf_ua(
    full: FullSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why_not = why_no_jars("veraPDF", JARS, HERE / "verapdf" / "pom.xml")
    require(why_not, "VERAPDF_REQUIRED")
    client = full.person("specialist").client
    one = f"/certificates/{full.things.called['certificate']}/certificate.pdf"
    made = {
        "one": client.get(one).content,
        "batch": client.get("/certificates/to-print.pdf").content,
        "untagged": weasyprint.HTML(string="<h1>Of no use</h1>").write_pdf(),
    }
    monkeypatch.setattr(document, "holder_name", lambda *_: HOSTILE)
    made["hostile"] = client.get(one).content
    found = check(tmp_path, made)
    assert found.pop("untagged")
    assert found == {"one": [], "batch": [], "hostile": []}


def check(folder: Path, made: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Say of each PDF what breaks PDF/UA-1."""
    paths = [folder / f"{name}.pdf" for name in made]
    for path, content in zip(paths, made.values(), strict=True):
        path.write_bytes(content)
    java = shutil.which("java") or "java"
    words = [java, *SMALL, "-cp", f"{JARS}/*", "org.verapdf.apps.GreenfieldCliWrapper"]
    run = subprocess.run(  # noqa: S603 - fixed words
        [*words, "-f", "ua1", "--format", "xml", *map(str, paths)],
        check=False,
        capture_output=True,
    )
    reports = list(fromstring(run.stdout).iter("validationReport"))
    assert len(reports) == len(made), run.stderr

    found = {
        name: [
            f"{rule.get('clause')}: {rule.findtext('description')}"
            for rule in report.iter("rule")
        ]
        for name, report in zip(made, reports, strict=True)
    }
    assert [not each for each in found.values()] == [
        report.get("isCompliant") == "true" for report in reports
    ]
    return found

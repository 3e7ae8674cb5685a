"""The documents: their links lead somewhere, their examples work, they miss nothing."""

import ast
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalogue import Catalogue, check_cases, load
from catalogue.grading import PASS_ONLY
from catalogue.reading.document import DocumentPart, Problems
from catalogue.reading.pathway_file import pathways
from catalogue.rule import Rule
from cli.main import LearnerManagement
from settings import Settings, variable

HERE = Path(__file__).parent.parent
DOCS = HERE / "docs"
PAGES = [HERE / "README.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
FILE = re.compile(r"```yaml\n# (\S+\.yaml)\n(.*?)```", re.DOTALL)
SENTENCE = re.compile(r"^\| `(\{.*\})` \| (.+) \|$", re.MULTILINE)
CATALOGUE = (DOCS / "catalogue.md").read_text()


CODE = re.compile(r"`([a-z_]+(?:/[a-z_0-9]+)*(?:/|/[a-z_0-9]+\.(?:py|txt)))`")
CLASS = re.compile(r"`((?:[A-Z][a-z]+){2,})`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HERE)))
def test_every_link_leads_to_a_file_that_is_there(page: Path) -> None:
    links = LINK.findall(page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HERE)))
def test_every_file_and_folder_that_is_named_is_there(page: Path) -> None:
    """Those of the code are named from the top, or from ``src``."""
    named = CODE.findall(page.read_text())
    roots = (HERE, HERE / "src")
    assert [
        name for name in named if not any((root / name).exists() for root in roots)
    ] == []


def test_the_page_of_the_architecture_names_every_layer_and_classes_that_there_are() -> (
    None
):
    page = (DOCS / "architecture.md").read_text()
    layers = {path.parent.name for path in HERE.glob("src/*/__init__.py")}
    assert layers <= {name.rstrip("/") for name in CODE.findall(page)}
    classes = {
        node.name
        for path in HERE.glob("src/**/*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    assert set(CLASS.findall(page)) - classes == set()


def test_every_decision_is_in_the_list_of_decisions() -> None:
    there = {path.name for path in (DOCS / "adr").glob("[0-9]*.md")}
    listed = LINK.findall((DOCS / "adr" / "README.md").read_text())
    assert sorted(listed) == sorted(there), "Name it in docs/adr/README.md."


def test_the_page_of_operations_names_every_setting_and_no_other() -> None:
    page = (DOCS / "operations.md").read_text()
    named = set(re.findall(rf"\b{variable('')}[A-Z_]+", page))
    of_the_caller = {variable("token"), variable("url")}
    assert named == {variable(name) for name in Settings.model_fields} | of_the_caller


def test_the_page_of_operations_names_every_command() -> None:
    page = (DOCS / "operations.md").read_text()
    _, _, listed = page.partition("| Command | What it does |")
    named = set(re.findall(r"`([a-z-]+)", listed.partition("\n\n")[0]))
    assert set(LearnerManagement.commands_by_name) <= named


def test_the_page_of_the_api_names_every_group_of_endpoints() -> None:
    page = (DOCS / "api.md").read_text()
    paths = json.loads((DOCS / "openapi.json").read_text())["paths"]
    groups = {f"/{path.removeprefix('/api/v1/').split('/')[0]}" for path in paths}
    assert {group for group in groups if f"`{group}`" not in page} == set()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Load the catalogue that the page shows."""
    folder = tmp_path_factory.mktemp("catalogue")
    for name, content in FILE.findall(CATALOGUE):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    catalogue = load(folder)
    assert check_cases(folder, catalogue) == (2, ())
    return catalogue


def test_the_catalogue_that_the_page_shows_is_in_order(written: Catalogue) -> None:
    assert written.warnings == ()
    assert len(written.qualifications) == 2
    assert (len(written.apprenticeships), len(written.centres)) == (1, 1)


@pytest.mark.parametrize("row", SENTENCE.findall(CATALOGUE), ids=lambda row: row[0])
def test_a_rule_is_shown_as_the_sentence_that_the_page_says(
    row: tuple[str, str], written: Catalogue
) -> None:
    rule, sentence = row
    units = written.qualification("Q-0005009001").units
    document: dict[str, Any] = {
        "pathways": [{"code": "X", "title": "X", "rules": [yaml.safe_load(rule)]}]
    }
    problems = Problems(file="page")
    (pathway,) = pathways(
        DocumentPart(document, "", problems), units, PASS_ONLY, sound=True
    )
    assert problems.found == []
    assert pathway.rules[0].sentence == sentence


def test_every_key_of_a_rule_is_explained_with_its_sentence() -> None:
    keys = {field.name for field in fields(Rule)} - {"covers", "counts_attempted"}
    keys |= {"counts", "at_most_one"}
    shown = {
        key for rule, _ in SENTENCE.findall(CATALOGUE) for key in yaml.safe_load(rule)
    }
    assert shown == keys
    asks = keys - {"group", "groups", "units"}
    assert {key for key in asks if f"| `{key}` |" not in CATALOGUE} == set()

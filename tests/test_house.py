"""The house itself: what is imported, shipped and promised is what is there."""

import ast
import importlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from cli.main import app
from settings import Settings

HERE = Path(__file__).parent.parent
PREFIX = "LEARNER_MANAGEMENT_"
PACKAGES = sorted(path.parent.name for path in HERE.glob("src/*/__init__.py"))
MOST = 16
"""How many modules a folder may hold."""

RULE = re.compile(r"\b([ULOMIRHBC]\d{1,2})\b")

PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text())
ONCE = {"migrate"}
"""The containers that do one thing, and end."""
COMPOSE = yaml.safe_load((HERE / "docker-compose.yml").read_text())
DOCKERFILE = (HERE / "Dockerfile").read_text()
OURS = {
    name: service for name, service in COMPOSE["services"].items() if "build" in service
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@pytest.fixture(scope="module", autouse=True)
def parse_each_once() -> Iterator[None]:
    """Keep what was parsed for all tests of this module, and no longer."""
    yield
    parsed.cache_clear()


def settings_named_in(text: str) -> set[str]:
    return set(re.findall(rf"\b({PREFIX}[A-Z_]+)", text))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_imported_from_src(package: str) -> None:
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found).is_relative_to(HERE / "src")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_held_by_the_import_contracts(package: str) -> None:
    assert package in PROJECT["tool"]["importlinter"]["root_packages"]


@pytest.mark.parametrize("where", ["docker-compose.yml", "Dockerfile", "README.md"])
def test_every_setting_that_is_named_exists(where: str) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    of_the_caller = {f"{PREFIX}TOKEN", f"{PREFIX}URL"}
    assert settings_named_in((HERE / where).read_text()) <= known | of_the_caller


def test_every_command_of_the_containers_exists() -> None:
    entry = re.search(
        r'^ENTRYPOINT \["python", "-m", "cli.main"\]$', DOCKERFILE, re.MULTILINE
    )
    assert entry is not None
    group = get_command(app)
    known = getattr(group, "commands", {})
    default = re.search(r'^CMD \["(\w+)"\]$', DOCKERFILE, re.MULTILINE)
    assert default is not None
    assert default[1] in known
    for service in OURS.values():
        command, *options = service["command"]
        assert command in known
        flags = set(
            chain.from_iterable(
                (*p.opts, *p.secondary_opts) for p in known[command].params
            )
        )
        assert {o for o in options if o.startswith("--")} <= flags


def test_what_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE)
    assert copied
    assert all((HERE / path).exists() for path in copied)


def test_every_volume_and_dependency_of_the_containers_is_declared() -> None:
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
        named = {volume.split(":")[0] for volume in service.get("volumes", ())}
        assert named <= set(COMPOSE["volumes"])


def test_the_containers_are_reached_from_this_machine_alone() -> None:
    ports = chain.from_iterable(
        s.get("ports", ()) for s in COMPOSE["services"].values()
    )
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_containers_have_no_password_unless_one_is_set() -> None:
    text = (HERE / "docker-compose.yml").read_text()
    given = re.findall(r"\$\{([A-Z_]+)(.?.?)", text)
    assert given
    assert {how for _, how in given} == {":?"}


def test_the_containers_start_again_and_tell_how_they_are() -> None:
    for name, service in COMPOSE["services"].items():
        if name in ONCE:
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped"
        assert {"interval", "timeout", "start_period"} <= set(service["healthcheck"])


def test_no_secret_of_the_demo_is_written_to_the_logs_of_a_container() -> None:
    for service in OURS.values():
        if "serve" in service["command"]:
            assert "--no-print-secrets" in service["command"]


def test_the_containers_wait_for_the_tables_that_another_makes() -> None:
    done = {"condition": "service_completed_successfully"}
    for name, service in OURS.items():
        if name not in ONCE:
            assert service["depends_on"].items() >= {"migrate": done}.items()


def test_the_image_is_built_from_what_it_copies_and_nothing_else() -> None:
    kept = (HERE / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE)
    assert kept[1] == "*"
    assert sorted(line[1:] for line in kept if line.startswith("!")) == sorted(copied)


@pytest.mark.parametrize("lock", sorted(HERE.glob("requirements*.lock")))
def test_requirements_are_pinned_and_hashed_and_name_no_address(lock: Path) -> None:
    text = lock.read_text()
    requirements = re.findall(r"^([a-z0-9][^;\\]*).*\\$", text, re.MULTILINE)
    assert requirements
    assert all("==" in requirement for requirement in requirements)
    assert text.count("--hash=") >= len(requirements)
    assert "://" not in text


@pytest.mark.parametrize("lock", sorted(HERE.glob("tests/**/package-lock.json")))
def test_a_lock_of_npm_names_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text()


SECRETS = {"digest", "mark", "password", "secret", "signature", "token"}


def compared_in_plain(module: ast.AST) -> list[str]:
    """Give each name of a secret that ``==`` or ``!=`` compares, if not with None."""
    return [
        side
        for node in ast.walk(module)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        for side in (
            getattr(value, "attr", getattr(value, "id", ""))
            for value in (node.left, *node.comparators)
        )
        if side in SECRETS
    ]


@pytest.mark.parametrize(
    "told", ["if signed != signature: ...", "good = self.launch[0] == made.digest"]
)
def test_a_secret_that_is_compared_in_plain_is_found(told: str) -> None:
    assert compared_in_plain(ast.parse(told))


def test_secrets_are_compared_in_constant_time() -> None:
    """Else how long an answer takes says how much of a guess is right."""
    found = {
        str(path.relative_to(HERE)): names
        for path in HERE.glob("src/**/*.py")
        if (names := compared_in_plain(parsed(path)))
    }
    assert found == {}


def waits_unanswered(module: ast.AST) -> list[int]:
    """Give the lines that wait for a position and do not look whether it came."""
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Expr)
        and isinstance(call := node.value, ast.Call)
        and getattr(call.func, "attr", "") == "wait_for"
        and len(call.args) > 1
    ]


def test_a_wait_that_nobody_looks_at_is_found() -> None:
    assert waits_unanswered(ast.parse("relay.wait_for(7, 60)")) == [1]
    assert waits_unanswered(ast.parse("assert relay.wait_for(7, 60)")) == []


def test_no_test_goes_on_when_what_it_waited_for_did_not_come() -> None:
    """Else it fails elsewhere on a busy machine, or does not fail though it should."""
    found = {
        str(path.relative_to(HERE)): lines
        for path in HERE.glob("tests/**/*.py")
        if (lines := waits_unanswered(parsed(path)))
    }
    assert found == {}


def built_rules() -> set[str]:
    """Every numbered rule of docs/domain.md that is not marked as to come."""
    lines = (HERE / "docs" / "domain.md").read_text().splitlines()
    numbered = (re.match(r"- ([A-Z]\d{1,2}) (?!\*\(to come)", line) for line in lines)
    return {rule[1] for rule in numbered if rule}


def rules_stated_by_tests() -> set[str]:
    stated: set[str] = set()
    for path in HERE.glob("tests/**/test_*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                stated.update(RULE.findall(ast.get_docstring(node) or ""))
    return stated


def test_every_rule_that_is_built_is_stated_by_a_test() -> None:
    assert sorted(built_rules() - rules_stated_by_tests()) == []


def test_no_class_of_src_is_named_as_another_is() -> None:
    """One word, one meaning: a name says which class it is wherever it is read."""
    named = Counter(
        node.name
        for path in HERE.glob("src/**/*.py")
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in named.items() if count > 1] == []


PARTICIPLE = re.compile(
    r"_*(\w+(ed|en|wn)|begun|bound|bought|brought|built|caught|come|cut|dealt|done|due"
    r"|found|given|gone|got|had|heard|held|hid|kept|laid|left|let|lost|made|meant|met"
    r"|paid|put|read|run|said|sat|seen|sent|set|shut|sold|sought|spent|stood|sung|taken"
    r"|taught|told|undone|whole|won)_*"
)
VERBS = {"feed", "len", "listen", "open", "put", "reopen", "run", "shutdown", "token"}
"""Verbs and nouns that look as a participle does; uvicorn calls ``shutdown``."""
ONCE_AT_MOST = {"one", "search", "shown"}


def functions_of(module: ast.AST) -> set[str]:
    return {
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def bare_participles(names: Iterable[str]) -> list[str]:
    """Give the names that are one word which is no noun and no verb."""
    return [
        name
        for name in names
        if PARTICIPLE.fullmatch(name)
        and "_" not in name.strip("_")
        and name.strip("_") not in VERBS
    ]


@pytest.mark.parametrize("name", ["shown", "_told", "made", "_held", "chosen"])
def test_a_bare_participle_is_found(name: str) -> None:
    assert bare_participles([name, f"get_{name}", "list_bookings", "_open"]) == [name]


def test_no_bare_participle_names_a_function() -> None:
    """A function is named by a verb or a noun of the field: `get_booking`."""
    found = {
        str(path.relative_to(HERE)): names
        for path in HERE.glob("src/**/*.py")
        if (names := bare_participles(functions_of(parsed(path))))
    }
    assert found == {}


def test_a_name_that_says_little_is_given_once_at_most() -> None:
    counted = Counter(
        name for path in HERE.glob("src/**/*.py") for name in functions_of(parsed(path))
    )
    assert [name for name in ONCE_AT_MOST if counted[name] > 1] == []


DIALECT = re.compile(
    r"[Dd]esk|[Oo]ffice|[Ii]ntake|premises|ways?|Ways?|trying|[Cc]ounter|[Vv]isit|Visiting"
    r"|[Dd]oorway|Passage|[Ss]urroundings|Around|[Tt]wins|Alike|Meanwhile|aside|bookmark"
    r"|Clauses|drawn|vouched|voucher|harmless|[Ll]ooks|Looked|Turn|give_back|narrowing"
    r"|masked|[Pp]ast|OnceOnly|Retry|retries|UNSAID|WHY_NOT|LOOKING_UP|LINKING|Done|Why"
    r"|Place|Standing|mentions|london|\w*(Shown|Told|Named|Sought)"
)
"""Words of this house alone, in place of which the field has its own."""


def names_defined(path: Path) -> Iterable[str]:
    """Give the names of a module and of its classes, functions and constants."""
    module = parsed(path)
    yield path.stem
    yield from functions_of(module)
    yield from (n.name for n in ast.walk(module) if isinstance(n, ast.ClassDef))
    for node in module.body:
        if isinstance(node, ast.Assign):
            yield from (t.id for t in node.targets if isinstance(t, ast.Name))


def test_no_name_is_of_a_dialect_of_this_house() -> None:
    found = {
        str(path.relative_to(HERE)): names
        for folder in ("src", "tests")
        for path in HERE.glob(f"{folder}/**/*.py")
        if (names := [n for n in names_defined(path) if DIALECT.fullmatch(n)])
    }
    assert found == {}


def test_no_folder_holds_more_modules_than_are_found_at_a_glance() -> None:
    """A folder that outgrows this is divided by what its modules are for."""
    held = Counter(
        str(path.parent.relative_to(HERE))
        for folder in ("src", "tests")
        for path in HERE.glob(f"{folder}/**/*.py")
    )
    assert {folder: count for folder, count in held.items() if count > MOST} == {}


def test_what_decides_knows_neither_json_pointers_nor_parameters() -> None:
    """A refusal has a path of names, and whoever answers the request points by it."""
    found = {
        str(path.relative_to(HERE)): pointers
        for folder in ("aggregates", "commands")
        for path in HERE.glob(f"src/{folder}/**/*.py")
        if (pointers := re.findall(r'"[/?][a-z{][a-z_{}/]*"', path.read_text()))
    }
    assert found == {}

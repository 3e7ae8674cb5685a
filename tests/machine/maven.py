"""Programs in Java that tests run, fetched by Maven as their ``pom.xml`` pins them."""

import fcntl
import shutil
import subprocess
from pathlib import Path

COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def why_no_jars(name: str, jars: Path, pom: Path) -> str | None:
    """Say why a program cannot be run here; None if it can, and is fetched."""
    missing = [each for each in ("java", "mvn") if shutil.which(each) is None]
    if missing and not (jars / "ready").exists():
        return f"{name} needs {' and '.join(missing)}"
    if "java" in missing:
        return f"{name} needs java"
    try:
        fetch_jars(jars, pom)
    except subprocess.CalledProcessError:
        return f"Maven cannot fetch {name}"
    return None


def fetch_jars(jars: Path, pom: Path) -> None:
    """Have Maven fetch what a program needs, once, whoever asks first."""
    jars.mkdir(parents=True, exist_ok=True)
    with (jars / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (jars / "ready").exists():
            words = ["mvn", "-q", "-B", "-f", str(pom), COPY]
            options = ["-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
            # What Maven says is no part of what a script reads of us.
            subprocess.run([*words, *options], check=True, stdout=2)  # noqa: S603 - fixed words
            (jars / "ready").touch()

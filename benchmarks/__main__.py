"""Run every benchmark, or those named: ``python -m benchmarks eligibility``."""

import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> None:
    for name in names or sorted(path.stem for path in HERE.glob("[a-z]*.py")):
        run = getattr(import_module(f"benchmarks.{name}"), "run", None)
        if run is not None:
            print(f"== {name}", flush=True)
            run()


if __name__ == "__main__":
    main(sys.argv[1:])

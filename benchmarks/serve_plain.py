"""The service without history, whole: ``python -m benchmarks.serve_plain DATABASE PORT``."""

import sys

import uvicorn

from benchmarks import plain_groups
from benchmarks.plain_service import create_plain
from cli.installation.serving import listening
from settings import Settings


def main(url: str, port: str) -> None:
    with listening(Settings(port=int(port))) as listener:
        app = create_plain(url, plain_groups.router)
        config = uvicorn.Config(app, access_log=False, log_level="error")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])

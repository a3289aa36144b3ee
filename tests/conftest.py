"""What all tests share: real cities, published stores, and a running server.

`OPENBEAT_STRICT=1` turns "this is missing, so the test is skipped" into a failure; that is how `.ci/run` runs.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, Protocol

import httpx2 as httpx
import pytest
from filelock import FileLock
from hypothesis import settings

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared" / "real"
SERVER_STARTS_WITHIN_S = 180

# How long an example takes says something of the computer, not of the product.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

Absent = Callable[[str], NoReturn]
RealCity = Callable[[str], Path]


class Serve(Protocol):
    """Starts a server, and gives its address without a slash at the end."""

    def __call__(self, store: Path, **environment: str) -> str:
        """Serve `store`; one server a store and a test session."""


@pytest.fixture(scope="session")
def absent() -> Absent:
    """Call it with what is missing and how to get it: the test is skipped, or fails where nothing may be missing."""

    def say(what_to_get: str) -> NoReturn:
        if os.environ.get("OPENBEAT_STRICT") == "1":
            pytest.fail(what_to_get, pytrace=False)
        pytest.skip(what_to_get)

    return say


@pytest.fixture(scope="session")
def real(absent: Absent) -> RealCity:
    """`real("chicago")`: the folder of a city's files as the city publishes them."""

    def folder(city: str) -> Path:
        if not (REAL / city).is_dir():
            absent(f"the real files of {city} are not here: put them in {REAL / city}")
        return REAL / city

    return folder


@pytest.fixture(scope="session")
def shared_tmp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for this test session that all its worker processes share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def publish_once(store: Path, publish: Callable[[Path], object]) -> Path:
    """Publish into `store` once for all worker processes: the first does it, the others wait for it."""
    done = store.with_suffix(".done")
    store.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(store.with_suffix(".lock")):
        if not done.exists():
            publish(store)
            done.touch()
    return store


@pytest.fixture(scope="session")
def demo_store(shared_tmp: Path) -> Path:
    """The invented city with its releases, published once a session. Read it; never publish into it."""
    from data.demo import publish_demo

    return publish_once(shared_tmp / "demo", publish_demo)


@pytest.fixture(scope="session")
def chicago_store(shared_tmp: Path, real: RealCity) -> Path:
    """Chicago, published from its real files once a session. Read it; never publish into it."""
    return publish_once(shared_tmp / "chicago", lambda store: publish_city("chicago", real("chicago"), store))


@pytest.fixture(scope="session")
def cincinnati_store(shared_tmp: Path, real: RealCity) -> Path:
    """Cincinnati, published from its real files once a session. Read it; never publish into it."""
    return publish_once(shared_tmp / "cincinnati", lambda store: publish_city("cincinnati", real("cincinnati"), store))


@pytest.fixture(scope="session")
def twin_stores(shared_tmp: Path) -> tuple[Path, Path]:
    """Two cities that differ only in the true values of what is withheld, published once a session. Only read them."""
    from tests.data.publish import twins

    def publish(root: Path) -> None:
        twins.publish(root / "two", first=twins.publish(root / "one"))

    root = publish_once(shared_tmp / "twins", publish)
    return root / "one" / "store", root / "two" / "store"


def publish_city(city: str, files: Path, store: Path) -> None:
    """Publish one of our packs, by the command that city staff use."""
    command = [sys.executable, "-m", "data", "publish", f"data/packs/{city}", "--files", str(files)]
    done = subprocess.run([*command, "--store", str(store)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"publishing {city} was refused:\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """`serve(store)`: `streamlit run app.py` on a free port, ready for visitors; ended with the session."""
    running: dict[tuple[Path, tuple[tuple[str, str], ...]], tuple[str, subprocess.Popen[bytes]]] = {}

    def start(store: Path, **environment: str) -> str:
        key = (store, tuple(sorted(environment.items())))
        if key not in running:
            log = tmp_path_factory.mktemp("server") / "log.txt"
            running[key] = start_server(store, log, environment)
        return running[key][0]

    yield start
    for _, process in running.values():
        process.terminate()
    for _, process in running.values():
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start_server(
    store: Path, log: Path, environment: dict[str, str], *, uvicorn: bool = False
) -> tuple[str, subprocess.Popen[bytes]]:
    """Start a server and wait until it is healthy. Fails with what it wrote when it is not in time.

    `streamlit run app.py`, or `uvicorn app:app` as `make run` does.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    if uvicorn:
        command = [sys.executable, "-m", "uvicorn", "app:app", "--host", "localhost", "--port", str(port)]
    else:
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += ["--server.address", "localhost", "--server.port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment, "OPENBEAT_STORE": str(store)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    give_up = time.monotonic() + SERVER_STARTS_WITHIN_S
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if httpx.get(f"{address}/healthz").status_code == 200:
                return address, process
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    process.kill()
    process.wait()
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')}", pytrace=False)

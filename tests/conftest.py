"""What every test can ask for: one PostgreSQL per worker, one whole Supabase per test."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import settings

from medtui.local.account import SystemAccount
from medtui.local.postgres import Cluster

if TYPE_CHECKING:
    from medtui.local.keys import ServerKeys
    from tests.helpers.stack import Stack

pytest_plugins = ["tests.helpers.local", "tests.helpers.seats"]

# Clusters and databases are thousands of small files: in memory, where there is plenty, the tests
# take a third of the time. Programs that tests start follow the variable.
MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * 1024**3:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


# As on a user's machine: what this one has set, or keeps in its home, is not seen by the tests and
# by the programs that they start.
HOME = Path(tempfile.mkdtemp(prefix="medtui-home-"))
os.environ["HOME"] = str(HOME)
for name in list(os.environ):
    if name.startswith("PYTHON") or re.fullmatch("XDG_(CACHE|CONFIG|DATA|STATE)_HOME", name):
        del os.environ[name]
sys.dont_write_bytecode = False


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


# Workers hold hundreds of megabytes that nobody lets go of: to look through them again and again
# takes a fifth of the processor's time.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end; nor need it be looked through."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before the items without a chosen mark are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole programs first, on half of the workers: they mostly wait, and not alone at the end."""
    shorten(items)
    for item in items:
        if item.get_closest_marker("long") or item.get_closest_marker("benchmark"):
            item.add_marker(pytest.mark.timeout(0))
    here = Path(__file__).parent
    programs = [item for item in items if item.path.parent in (here, here / "faults")]
    others = [item for item in items if item.path.parent not in (here, here / "faults")]
    # A worker begins with as many tests in a row as any other, and steals when it has none left.
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    size, half = -(-len(items) // workers), -(-workers // 2)
    items[:] = []
    for n in range(workers):
        first = programs[n::half] if n < half else []
        items += [*first, *others[: size - len(first)]]
        del others[: size - len(first)]


def shorten(items: list[pytest.Item]) -> None:
    """Leave the first cases alone in the suite, as the marks `short` and `detail` say."""
    cases: Counter[object] = Counter()
    for item in items:
        test = (item.path, item.originalname) if isinstance(item, pytest.Function) else item
        cases[test] += 1
        short, detail = item.get_closest_marker("short"), item.get_closest_marker("detail")
        if short is not None and cases[test] > short.args[0]:
            item.add_marker(pytest.mark.long)
        if item.get_closest_marker("long") or (
            detail is not None and cases[test] <= detail.kwargs.get("after", 0)
        ):
            item.own_markers = [mark for mark in item.own_markers if mark.name != "detail"]


# How long an example takes is a matter of what else the machine does.
settings.register_profile("medtui", deadline=None, max_examples=50)
settings.register_profile("full", deadline=None, max_examples=500)
settings.load_profile("medtui")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account can reach, too (pytest's own are closed to others)."""
    folder = SystemAccount.choose().temporary_folder()
    yield folder
    shutil.rmtree(folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "a server for all tests, as JSON: see tests/helpers/given.py. It is emptied"
    parser.addoption("--stack", type=Path, metavar="FILE", help=words)
    words = "a folder for pictures of every screen at four sizes and in four themes"
    parser.addoption("--gallery", type=Path, metavar="FOLDER", help=words)
    words = "Realtime is late and loses changes, as a hosted project's"
    parser.addoption("--like-hosted", action="store_true", help=words)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Open the server that was given, if one was."""
    if session.config.getoption("--like-hosted"):
        from tests.helpers import stack

        stack.LIKE_HOSTED = True
    file = session.config.getoption("--stack")
    if file is None:
        return
    if session.config.getoption("numprocesses", None):
        raise pytest.UsageError("--stack needs -n 0: all tests share the one server.")
    from tests.helpers import given

    given.given = asyncio.run(given.Given.open(file))
    session.config.pluginmanager.register(given.Counted())


@pytest.fixture(autouse=True)
def server_can_be_asked(request: pytest.FixtureRequest) -> None:
    """Leave out what is marked as a matter of the stand-in alone, where a server was given."""
    mark = request.node.get_closest_marker("stand_in")
    if mark is not None and request.config.getoption("--stack"):
        from tests.helpers.given import leave_out

        leave_out(mark.args[0])


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """This worker's PostgreSQL, with throw-away data."""
    if request.config.getoption("--stack"):
        from tests.helpers.given import leave_out

        leave_out("a PostgreSQL of the test's own")
    cluster = asyncio.run(Cluster.start(SystemAccount.choose().temporary_folder(), throwaway=True))
    yield cluster
    asyncio.run(cluster.stop())


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest) -> Cluster:
    """The cluster, with the database that every test's own is copied from."""
    from tests.helpers.stack import make_template

    if request.config.getoption("--stack"):
        return cast("Cluster", None)  # `stacked` does without
    cluster: Cluster = request.getfixturevalue("cluster")
    asyncio.run(make_template(cluster))
    return cluster


@pytest.fixture(scope="session")
def data_model_template(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Cluster:
    """The cluster, with a database that has the data model and nothing of ours."""
    from tests.helpers.stack import DATA_MODEL, data_model_alone, make_template

    if request.config.getoption("--stack"):
        return cast("Cluster", None)
    cluster: Cluster = request.getfixturevalue("cluster")
    migrations = data_model_alone(tmp_path_factory.mktemp("migrations"))
    asyncio.run(make_template(cluster, DATA_MODEL, migrations=migrations))
    return cluster


@pytest.fixture(scope="session")
def keys() -> ServerKeys:
    from medtui.local.keys import ServerKeys

    return ServerKeys.new()


@pytest.fixture
async def stack(template: Cluster, keys: ServerKeys) -> AsyncIterator[Stack]:
    """A whole Supabase: a fresh database with our tables, and a gateway in this test's loop."""
    from tests.helpers.stack import stacked

    async with stacked(template, keys) as stack:
        yield stack


@pytest.fixture
async def data_model_stack(data_model_template: Cluster, keys: ServerKeys) -> AsyncIterator[Stack]:
    """A whole Supabase of kind 2: its database has exactly what the data model says."""
    from tests.helpers.stack import DATA_MODEL, stacked

    async with stacked(data_model_template, keys, template=DATA_MODEL) as stack:
        yield stack


@pytest.fixture
async def database(template: Cluster, keys: ServerKeys) -> AsyncIterator[Stack]:
    """A stack without its gateway, for what can be asked by SQL alone."""
    from tests.helpers.stack import stacked

    async with stacked(template, keys, gateway=False) as stack:
        yield stack


@pytest.fixture(params=["ENOLCK", "ENOSYS", "ENOTSUP", "EPERM", "EINVAL"])
def no_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that refuses `flock`, as some networks' do."""
    code = getattr(errno, request.param)

    def refused(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", refused)

"""`medtui local run`: PostgreSQL and the gateway, from start to end.

When everything is ready, one line of JSON goes to standard output; all else goes to standard
error. On a terminal, which others may see, the line is left out unless asked for by `--json`: it
holds the secrets. SIGINT, SIGTERM and SIGHUP end it in good order, with 0.

In the foreground it runs until it is told to stop. With `--held` it runs in the background, as
long as a program holds it (folder.py). An app that needs a server starts it so, in a session of its
own, reads the line, which is the same if another process serves already, and connects to the
socket that `HOLD` names within ten seconds. No line: the standard error says why.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib
import json
import logging
import shutil
import signal
import socket
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from medtui import __version__
from medtui.console import print_error
from medtui.local import LocalError
from medtui.local.account import SystemAccount
from medtui.local.address import invitation, is_private, own_address
from medtui.local.folder import AlreadyRunning, Holders, claimed, clear_sockets, default_folder
from medtui.local.postgres import SUPERUSER, Cluster
from medtui.store import files
from medtui.store.log import LogFile, Scrubbed, written

log = logging.getLogger(__name__)

# The Supabase CLI's own default, so that what people know about it holds here.
DEFAULT_PORT = 54321

LOG_BYTES, LOG_BACKUPS = 1_000_000, 3
SHOWN = "Others join by this line. Keys and passwords: medtui local env. Stop: ctrl+c."

FILES_AFTER = 2.0
"""Seconds until the sample sessions' files are added, so that the board is shown first."""


async def run(options: Namespace) -> None:
    """Serve until a signal or the last holder's end. Raises LocalError when it cannot run.

    `options` are the command line's: `port` 0 is any free one, None the same as last time; so are
    `confirm_email` and `mail` None. `sample` is the package that fills an empty server, if any:
    its `load` adds rows, its `files.add_files` files.
    """
    serving = asyncio.ensure_future(serve(options))

    def stop() -> None:
        if not serving.cancelling():  # A second signal must not cut its end short.
            serving.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    except AlreadyRunning as error:
        if not options.held:
            raise
        write(json.dumps(error.server))


async def serve(options: Namespace) -> None:
    """Start everything, print the line, and serve until no program holds it or PostgreSQL ends."""
    async with contextlib.AsyncExitStack() as stack:
        account = await asyncio.to_thread(SystemAccount.choose)
        if options.throwaway:
            data = stack.enter_context(temporary(account))
        else:
            data = await asyncio.to_thread(account.provide, options.data or default_folder())
        await stack.enter_async_context(claimed(data))
        # The gateway's imports take longer than PostgreSQL's start, and need nothing of it. Not
        # before the claim: the line of a server that runs already would wait for their end.
        importing = asyncio.to_thread(importlib.import_module, "medtui.local.gateway")
        imported = asyncio.create_task(importing)
        stack.enter_context(logged(data))
        await asyncio.to_thread(clear_sockets, data)
        folder = stack.enter_context(temporary(account))
        hold = str(folder / "holders")
        await asyncio.to_thread(files.write, data / "holders", hold)
        holders = stack.enter_context(contextlib.closing(Holders(background=options.held)))
        await holders.listen(hold)

        cluster = await Cluster.start(data, folder=folder, throwaway=options.throwaway)
        stack.push_async_callback(cluster.stop)
        await imported
        server = await gateway(stack, cluster, data, options)

        held = server | {"HOLD": hold}
        holders.ready(held)
        is_shown = sys.stdout.isatty() and not options.json and not options.held
        if not is_shown:
            write(json.dumps(held if options.held else server))
        print_error(f"Ready at {server['API_URL']}, with its data in {data}.")
        log.info("medtui %s serves at %s", __version__, server["API_URL"])
        if options.invite or is_shown:
            invite(options.host, data, server)
        if is_shown:
            print_error(SHOWN)
        # Closed first of all: no program is to join a server that is about to end.
        with contextlib.closing(holders):
            ended = asyncio.ensure_future(cluster.ended())
            released = asyncio.ensure_future(holders.released())
            await asyncio.wait({ended, released}, return_when=asyncio.FIRST_COMPLETED)
        if not released.done():
            raise LocalError(
                f"PostgreSQL has stopped, and {data / 'postgres.log'} says why. "
                "Saved data is safe: start the server again."
            )


async def gateway(
    stack: contextlib.AsyncExitStack, cluster: Cluster, data: Path, options: Namespace
) -> dict[str, str]:
    """Bring the database up to date and serve it until the stack's end: the line of JSON."""
    from medtui.local.gateway import Gateway
    from medtui.local.install import install
    from medtui.local.keys import ServerSettings

    await install(cluster, migrations=options.schema)
    now = datetime.now(UTC)
    is_filled = bool(options.sample) and await add_sample(cluster, options.sample, now)
    if not is_private(options.host):
        print_error(
            f"Warning: traffic to {options.host} is not encrypted. Others on the same network "
            "can read it, passwords included."
        )
    settings = await asyncio.to_thread(ServerSettings.of, data)
    listening = listen(options, settings.port)
    port = listening.getsockname()[1]
    confirm = settings.confirm_email if options.confirm_email is None else options.confirm_email
    mail = options.mail or settings.mail
    settings = replace(settings, port=port, confirm_email=confirm, mail=mail)
    await asyncio.to_thread(settings.save, data)
    server = await Gateway.start(
        cluster.dsn,
        settings.keys,
        files=data / "files",
        host=options.host,
        port=port,
        autoconfirm=not confirm,
        trust_proxy=options.trust_proxy,
        like_hosted=options.like_hosted,
        sockets=[listening],
    )
    stack.push_async_callback(server.stop)
    url = f"http://{reachable(options.host)}:{port}"
    if is_filled:
        sample = importlib.import_module(f"{options.sample}.files")
        filling = asyncio.create_task(sample.add_files(url, settings.keys, now, wait=FILES_AFTER))
        stack.callback(filling.cancel)
    return {
        "API_URL": url,
        "ANON_KEY": settings.keys.anon_key,
        "SERVICE_ROLE_KEY": settings.keys.service_role_key,
        "DB_URL": cluster.dsn(),
        "JWT_SECRET": settings.keys.jwt_secret,
    }


async def add_sample(cluster: Cluster, sample: str, now: datetime) -> bool:
    """Add sample data to a server without accounts; never mix it with a group's own people.

    Whether it was filled: its files are still to come.
    """
    from medtui.local.connection import OwnConnection

    dsn = cluster.dsn(SUPERUSER)
    async with await OwnConnection.connect(dsn) as connection:
        users = (await connection.execute("select from auth.users limit 1")).rowcount
    if users == 0:
        await importlib.import_module(sample).load(dsn, now=now)
    return bool(users == 0)


@contextlib.contextmanager
def temporary(account: SystemAccount) -> Iterator[Path]:
    """A folder that goes with us; if we are killed, PostgreSQL's watcher removes it."""
    folder = account.temporary_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def listen(options: Namespace, remembered: int | None) -> socket.socket:
    """Take a port: the one asked for, else last time's, else any that is free."""
    port = 0 if options.throwaway else remembered or DEFAULT_PORT
    if options.port is not None:
        port = options.port
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while")[0]
        if options.port is None and error.errno == errno.EADDRINUSE:
            print_error(f"Port {port} is in use: using another one.")
            return socket.create_server((options.host, 0), family=family)
        raise LocalError(f"Cannot listen on {options.host}, port {port}: {reason}.") from error


def reachable(host: str) -> str:
    """The host as a URL of this machine's own names it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host


def invite(host: str, data: Path, server: dict[str, str]) -> None:
    """The line with which others join, on standard output; a word for the operator beside it.

    It holds the publishable key, which is no secret.
    """
    from medtui.local.keys import ServerSettings

    port = int(server["API_URL"].rpartition(":")[2])
    key = ServerSettings.of(data).keys.publishable_key
    if is_private(own_address(host)):
        print_error(f"Others cannot reach {host}. To let them join, add --host 0.0.0.0.")
    write(invitation(host, port, key))


@contextlib.contextmanager
def logged(data: Path) -> Iterator[None]:
    """Log to `server.log` in the folder: ourselves from INFO on, all else from WARNING on.

    What ends the server is logged, too: the program that started it may have ended.
    """
    logging.getLogger("medtui").setLevel(logging.INFO)
    handler = LogFile(data / "server.log", LOG_BYTES, LOG_BACKUPS, Scrubbed())
    with written(handler, [logging.getLogger()]):
        try:
            yield
        except LocalError as error:
            log.error("%s", error)
            raise
        finally:
            log.info("stopped")


def write(line: str) -> None:
    """Print a line that a program may wait for."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

"""A notice by anything that Apprise knows: ntfy, e-mail, webhooks and a hundred more."""

from __future__ import annotations

import asyncio
import logging
from importlib.util import find_spec
from typing import Any

from medtui.alerts.outlet import NotSent
from medtui.alerts.pace import Pace


def why_no_push() -> str | None:
    """A sentence why Apprise cannot be used; None if it can."""
    if find_spec("apprise") is None:
        return "One more package is needed: pip install 'medtui[notify]'."
    return None


def is_url(url: str) -> bool:
    """Whether Apprise can send to a URL. Imports it, which takes a second."""
    return _apprise(url) is not None


class PushSink:
    """Tells by a URL of Apprise's, which may hold a secret: it is never shown or logged."""

    name = "push"

    def __init__(self, url: str) -> None:
        self._url = url
        self._apprise: Any = None
        self.pace: Pace | None = Pace()

    async def send(self, words: str) -> None:
        """Send a sentence. Raises NotSent."""
        if self._apprise is None:
            self._apprise = await asyncio.to_thread(_apprise, self._url)
        if self._apprise is None or not await self._apprise.async_notify(
            title="medtui", body=words, body_format="text"
        ):
            raise NotSent

    def rest(self) -> None:
        """Does nothing: what was sent cannot be taken back."""


def _apprise(url: str) -> Any:
    """Apprise with this URL; None if it does not know what to do with it."""
    from apprise import Apprise, NotifyBase

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it logs URLs
    sender = Apprise()
    if not sender.add(url):
        return None
    for service in sender:
        # Where a service has no limit of its own, Apprise waits 5.5 s between two messages, for
        # any program: our pace takes the place of that. The limits of a service's own stay.
        if service.request_rate_per_sec == NotifyBase.request_rate_per_sec:
            service.request_rate_per_sec = 0
    return sender

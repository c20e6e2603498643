"""Uploads the files of the past sessions, each as its host.

In the background after the server is ready, so that the start does not wait for them.
"""

from __future__ import annotations

import asyncio
import http.client
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from medtui.demo.assessments import assessment
from medtui.demo.past import AMARA, BOTH, CURRENT, PAST, TALK, PastSession
from medtui.demo.people import PEOPLE
from medtui.demo.talks import talk
from medtui.demo.transcripts import transcript
from medtui.local.keys import ServerKeys

log = logging.getLogger(__name__)

LEARNT = timedelta(days=90)
"""Sessions of the last 90 days use the talks of candidates who have learnt."""
BREATH = 0.015
"""Seconds between two files, so that the server can answer others."""


def contents(now: datetime) -> Iterator[tuple[UUID, UUID, str, bytes]]:
    """Every file as session, host, name and content; the latest first."""
    current = PastSession(0, 0, 0, AMARA, 7, AMARA, 6, files=TALK)
    for session in (current, *reversed(PAST)):
        if not session.files:
            continue
        said = talk(
            session.case,
            PEOPLE[session.candidate].last_name,
            is_learnt=timedelta(days=session.days) < LEARNT,
        )
        id_ = CURRENT if session is current else session.id
        host = PEOPLE[session.host].id
        at = session.row(now).datetime_utc
        if session.files == BOTH:
            yield id_, host, "assessment.json", assessment(session, said)
        yield id_, host, "transcript.json", transcript(said.turns, str(id_), session.shape, at)


async def add_files(url: str, keys: ServerKeys, now: datetime, *, wait: float = 0.0) -> None:
    """Upload all files, one after the other, after `wait` seconds."""
    await asyncio.sleep(wait)
    made = await asyncio.to_thread(contents, now)
    count = 0
    while file := await asyncio.to_thread(next, made, None):
        try:
            status = await asyncio.to_thread(_upload, url, keys, *file)
        except OSError as error:  # the server is about to end
            log.info("sample files were not kept: %s", type(error).__name__)
            return
        count += status == 200
        await asyncio.sleep(BREATH)
    log.info("sample files: %d", count)


def _upload(
    url: str, keys: ServerKeys, session: UUID, host: UUID, name: str, content: bytes
) -> int:
    """Upload as the session's host, so that the policies decide. Returns the HTTP status."""
    now = int(datetime.now().timestamp())
    claims = {"role": "authenticated", "aud": "authenticated", "iat": now, "exp": now + 300}
    token = keys.sign(claims | {"sub": str(host)})
    server = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        server.request(
            "POST",
            f"/storage/v1/object/assessments/{session}/{name}",
            content,
            {
                "apikey": keys.anon_key,
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
            },
        )
        return server.getresponse().status
    finally:
        server.close()

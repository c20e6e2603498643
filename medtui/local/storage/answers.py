"""Answers in JSON, as the storage server writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from medtui.local.rest.encoding import dump


def answer(value: Any, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    return Response(dump(value), status, dict(headers or {}), "application/json; charset=utf-8")

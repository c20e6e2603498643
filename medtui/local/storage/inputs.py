"""The JSON of a request's body, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from medtui.local.storage.errors import StorageError, invalid_request

MAX_JSON = 1024 * 1024


class Body(BaseModel):
    model_config = ConfigDict(strict=True)


class SortBy(Body):
    column: Literal["name", "updated_at", "created_at", "last_accessed_at"] = "name"
    order: Literal["asc", "desc"] = "asc"


class Listing(Body):
    """What of a folder to list."""

    prefix: str
    search: str = ""
    limit: Annotated[int, Field(ge=1)] = 100
    offset: Annotated[int, Field(ge=0)] = 0
    sort_by: Annotated[SortBy, Field(alias="sortBy")] = SortBy()


class Removal(Body):
    """The names of the objects to remove."""

    prefixes: Annotated[list[str], Field(min_length=1)]


Form = TypeVar("Form", bound=Body)


async def read_json(request: Request, form: type[Form]) -> Form:
    """The body in this form. StorageError when it is not, or larger than any of ours would be."""
    raw = bytearray()
    async for data in request.stream():
        raw += data
        if len(raw) > MAX_JSON:
            raise StorageError(
                413, "Payload too large", "Request body is too large", "InvalidRequest", http=413
            )
    try:
        return form.model_validate_json(bytes(raw))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "/".join(map(str, ("body", *first["loc"])))
        raise invalid_request(f"{where}: {first['msg']}") from None

"""The statement that calls a function, and shows what it returns."""

from __future__ import annotations

from medtui.local.rest.catalogue import Catalogue, Function
from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.inputs import Payload
from medtui.local.rest.sql import Statement, body, quote


def find(catalogue: Catalogue, name: str, given: Payload) -> Function:
    """The one function of that name that takes these arguments. RestError (PGRST202)."""
    names = given.keys
    named = [f for f in catalogue.functions if f.name == name]
    found = [f for f in named if f.takes(names)]
    if len(found) > 1:
        raise not_supported("functions that differ in their arguments' types alone")
    if found:
        return found[0]
    if any([type_ for _, type_, _ in f.arguments] in (["json"], ["jsonb"]) for f in named):
        raise not_supported("a whole body as a function's one argument")
    listed = f"({', '.join(sorted(names))})" if names else " without parameters"
    message = f"Could not find the function public.{name}{listed} in the schema cache"
    raise RestError(404, "PGRST202", message)


def call(function: Function, given: Payload, *, single: bool, most: int) -> Statement:
    """A function's result: a value, an object, or an array of at most `most` of either."""
    name = f"public.{quote(function.name)}"
    types = {argument: type_ for argument, type_, _ in function.arguments}
    passed = ", ".join(f"{quote(n)} => _values.{quote(n)}" for n in sorted(given.keys))
    source = ""
    if given.keys:
        fields = ", ".join(f"{quote(n)} {types[n]}" for n in sorted(given.keys))
        source = f"json_to_record($1::json) as _values ({fields}), lateral "
    if function.returns_row:
        rows, shown = f"select _call.* from {source}{name}({passed}) as _call", "_row.*"
    else:
        rows = f"select _call.value from {source}(select {name}({passed}) as value) as _call"
        shown = "_row.value"
    one = single or not function.returns_set
    number = "count(*)" if function.returns_set else "1"
    return Statement(
        f"select {body(shown, single=one)}, {number}, null from ({rows} limit {most}) as _row",
        [given.text] if given.keys else [],
    )

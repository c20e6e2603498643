"""The statement that calls a function, and shows its rows as a table's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from medtui.local.rest.catalogue import Catalogue, Function
from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.payload import Payload
from medtui.local.rest.query import Query
from medtui.local.rest.sql import Select, Statement, body, quote
from medtui.local.rest.write import needed

_WHOLE = (["json"], ["jsonb"])


def find(catalogue: Catalogue, name: str, arguments: Iterable[str], *, posted: bool) -> Function:
    """The one function of that name that takes these arguments. RestError (PGRST202, PGRST203)."""
    names = set(arguments)
    called = [function for function in catalogue.functions if function.name == name]
    if any(function.variadic for function in called):
        raise not_supported("functions of any number of arguments")
    found = [function for function in called if function.takes(names)]
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(name, found)
    if posted and any([type_ for _, type_, _ in f.arguments] in _WHOLE for f in called):
        raise not_supported("a whole body as a function's one argument")
    raise _unknown(name, sorted(names), posted=posted)


def call(
    catalogue: Catalogue,
    function: Function,
    arguments: Payload | Mapping[str, str],
    query: Query,
    *,
    count: bool,
    single: bool,
    most: int | None,
) -> Statement:
    """A function's result: a value, an object, or an array of either."""
    select = Select(catalogue, most)
    name = f"public.{quote(function.name)}"
    types = {argument: type_ for argument, type_, _ in function.arguments}
    names = arguments.keys() if isinstance(arguments, Payload) else list(arguments)
    passed = ", ".join(f"{quote(n)} => _values.{quote(n)}" for n in names)
    source = ""
    if names:
        is_array = isinstance(arguments, Payload) and arguments.is_array
        text = arguments.text if isinstance(arguments, Payload) else json.dumps(dict(arguments))
        record = "json_to_recordset" if is_array else "json_to_record"
        fields = ", ".join(f"{quote(n)} {types[n]}" for n in names)
        source = (
            f"(select * from {record}({select.parameter(text)}::json) as _ ({fields}) limit 1)"
            " as _values, lateral "
        )
    if function.returns_row:
        wanted = needed(catalogue, function.table or function.name, query) or {"*"}
        columns = ", ".join(
            "pgrst_call.*" if column == "*" else f"pgrst_call.{quote(column)}"
            for column in sorted(wanted)
        )
        rows = f"select {columns} from {source}{name}({passed}) as pgrst_call"
        shown = "_row.*"
    else:
        rows = (
            f"select pgrst_call.pgrst_scalar from {source}"
            f"(select {name}({passed}) as pgrst_scalar) as pgrst_call"
        )
        shown = "_row.pgrst_scalar"
    table = function.table or function.name
    alias = quote(table)
    listed = select.rows(table, f"_rows as {alias}", alias, query)
    total = "null"
    if count:
        every = select.every(table, f"_rows as {alias}", alias, query)
        total = f"(select count(*) from ({every}) as _all)"
    one = single or not function.returns_set
    number = "count(*)" if function.returns_set else "1"
    return Statement(
        f"with _rows as ({rows}) select {body(shown, single=one)}, {number}, {total}"
        f" from ({listed}) as _row",
        select.parameters,
    )


def _unknown(name: str, arguments: list[str], *, posted: bool) -> RestError:
    if arguments:
        plural = "s" if len(arguments) > 1 else ""
        searched = f"with parameter{plural} {', '.join(arguments)}"
        called = f"{name}({', '.join(arguments)})"
    else:
        searched, called = "without parameters", f"{name} without parameters"
    if posted:
        searched += " or with a single unnamed json/jsonb parameter"
    return RestError(
        404,
        "PGRST202",
        f"Could not find the function public.{called} in the schema cache",
        details=f"Searched for the function public.{name} {searched},"
        " but no matches were found in the schema cache.",
    )


def _ambiguous(name: str, found: list[Function]) -> RestError:
    def signature(function: Function) -> str:
        return ", ".join(f"{argument} => {type_}" for argument, type_, _ in function.arguments)

    listed = ", ".join(f"public.{name}({signature(function)})" for function in found)
    return RestError(
        300,
        "PGRST203",
        f"Could not choose the best candidate function between: {listed}",
        hint="Try renaming the parameters or the function itself in the database so function"
        " overloading can be resolved",
    )

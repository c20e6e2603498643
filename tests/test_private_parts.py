"""medtui uses private parts of other packages only where its README lists them.

The list is the table "Private parts that medtui relies on" in `medtui/README.md`. What is on it
must also exist in the installed versions, so that an upgrade that removes one fails here first.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parent.parent / "medtui"
HEADING = "## Private parts that medtui relies on\n"
PUBLIC = {"_asdict", "_exit", "_fields", "_make", "_replace"}
"""Begin with `_` though they are public: of named tuples, and of `os`."""

BY_NAME = {"delattr", "getattr", "hasattr", "setattr"}


def listed() -> Iterator[tuple[str, str]]:
    """File and dotted name of each part in the README's table."""
    section = (PACKAGE / "README.md").read_text().partition(HEADING)[2].partition("\n## ")[0]
    for row in re.findall(r"^\| `.*", section, re.MULTILINE):
        file, parts = (re.findall(r"`([^`]+)`", cell) for cell in row.split("|")[1:3])
        for part in parts:
            yield file[0], part


LISTED = sorted(listed())


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def has_private(name: str) -> bool:
    """Whether a dotted name leads through a private part."""
    return any(map(is_private, name.split(".")))


def privately(name: str) -> str:
    """How a use of this dotted name is found: an attribute by itself, an import in full."""
    attribute = name.rpartition(".")[2]
    return attribute if is_private(attribute) else name


def resolve(name: str) -> Any:
    """What a dotted name leads to. Raises AttributeError, ImportError."""
    owner, _, attribute = name.rpartition(".")
    if not owner:
        return importlib.import_module(name)
    try:
        return getattr(resolve(owner), attribute)
    except AttributeError:
        try:
            return importlib.import_module(name)
        except ImportError:
            raise AttributeError(name) from None


@cache
def attributes(owner: type) -> frozenset[str]:
    """The attributes of a class, and those that its methods have on `self`."""
    names = set(dir(owner))
    for base in inspect.getmro(owner):
        names.update(re.findall(r"\bself\.(\w+)", sources(base.__module__).get(base.__name__, "")))
    return frozenset(names)


@cache
def sources(module: str) -> dict[str, str]:
    """The source of each class of a module; nothing where it is not written in Python."""
    try:
        text = inspect.getsource(importlib.import_module(module))
    except (OSError, TypeError):
        return {}
    lines = text.splitlines()
    return {
        node.name: "\n".join(lines[node.lineno : node.end_lineno])
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
    }


@pytest.mark.parametrize("name", sorted({name for _, name in LISTED}))
def test_a_listed_part_exists(name: str) -> None:
    owner, _, attribute = name.rpartition(".")
    found = resolve(owner)
    exists = hasattr(found, attribute) or (
        inspect.isclass(found) and attribute in attributes(found)
    )
    assert exists, "the installed version has it no more: see who uses it in medtui/README.md"


@pytest.mark.parametrize(("file", "name"), LISTED)
def test_a_listed_part_is_used(file: str, name: str) -> None:
    assert re.search(rf"\b{name.rpartition('.')[2]}\b", (PACKAGE / file).read_text())


class Module:
    """One file of the package."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text())
        self.name = path.relative_to(PACKAGE).as_posix()
        dotted = path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".")
        self.module = dotted.removesuffix(".__init__")
        self.classes = [node for node in nodes(self.tree) if isinstance(node, ast.ClassDef)]
        self.names = {node.name: f"{self.module}.{node.name}" for node in self.classes}
        """What each name means that is imported, or is a class of this file."""
        for node in nodes(self.tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self.names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    self.names[alias.asname or first] = alias.name if alias.asname else first
        self.defined = {name for node in self.classes for name in defined_in(node)}

    def full(self, node: ast.expr) -> str:
        """The full dotted name of an expression; empty where it is not a name."""
        if isinstance(node, ast.Subscript):
            return self.full(node.value)
        if isinstance(node, ast.Attribute):
            owner = self.full(node.value)
            return owner and f"{owner}.{node.attr}"
        return self.names.get(node.id, "") if isinstance(node, ast.Name) else ""


@cache
def nodes(top: ast.AST) -> tuple[ast.AST, ...]:
    """A node, and all below it."""
    return tuple(ast.walk(top))


def defined_in(node: ast.ClassDef) -> Iterator[str]:
    """The private names that a class defines: methods, fields, what it sets on `self`."""
    for each in nodes(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            if is_private(each.name):
                yield each.name
        elif isinstance(each, ast.Name | ast.Attribute) and isinstance(each.ctx, ast.Store):
            name = each.id if isinstance(each, ast.Name) else each.attr
            if is_private(name) and (isinstance(each, ast.Name) or is_own(each.value)):
                yield name


def is_own(node: ast.expr) -> bool:
    """Whether an expression is `self`, `cls` or `super()`."""
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Name) and node.id in ("self", "cls", "super")


def private_attributes(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Each private attribute that is used below a node, and of what it is one."""
    for each in nodes(node):
        if isinstance(each, ast.Attribute):
            owner, name = each.value, each.attr
        elif isinstance(each, ast.Call) and len(each.args) > 1:
            function, argument = each.func, each.args[1]
            if not (isinstance(function, ast.Name) and function.id in BY_NAME):
                continue
            owner, name = each.args[0], str(getattr(argument, "value", ""))
        else:
            continue
        if is_private(name) and name not in PUBLIC:
            yield owner, name


Classes = dict[str, tuple[Module, ast.ClassDef]]


def ancestors(name: str, classes: Classes) -> Iterator[str]:
    """A class and those that it inherits from: ours, and the first that are not ours."""
    yield name
    if name in classes:
        module, node = classes[name]
        for base in node.bases:
            if full := module.full(base):
                yield from ancestors(full, classes)


def used() -> dict[str, set[str]]:
    """For each file, the private parts of other packages that it imports, uses or replaces."""
    modules = [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]
    classes = {
        f"{module.module}.{node.name}": (module, node)
        for module in modules
        for node in module.classes
    }
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        found[module.name].update(used_by_name(module))
    own = {name for module in modules for name in module.defined}
    for class_ in classes:
        family = list(ancestors(class_, classes))
        foreign = set[str]().union(
            *(
                attributes(resolve(each))
                for each in family
                if each not in classes and not each.startswith("typing.")
            )
        )
        for module, node in (classes[each] for each in family if each in classes):
            names = {name for owner, name in private_attributes(node) if is_own(owner)}
            found[module.name] |= (names | set(defined_in(node))) & foreign | names - own
    return found


def used_by_name(module: Module) -> Iterator[str]:
    """The parts that a file imports, uses of other objects than `self`, or replaces."""
    for full in module.names.values():
        if not full.startswith("medtui.") and has_private(full):
            yield privately(full)
    for owner, name in private_attributes(module.tree):
        if not is_own(owner) and name not in module.defined:
            yield name
    for node in nodes(module.tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            full = module.full(node)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("delattr", "setattr"):
            owner, name = module.full(node.args[0]), getattr(node.args[1], "value", "")
            full = f"{owner}.{name}" if owner and name else ""
        else:
            continue
        if full and not full.startswith("medtui."):
            yield privately(full)


@pytest.mark.detail
def test_every_private_part_that_is_used_is_listed() -> None:
    allowed = {(file, privately(name)) for file, name in LISTED}
    assert (
        sorted({(file, name) for file, names in used().items() for name in names} - allowed) == []
    )

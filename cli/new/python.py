"""Edits of Python source, which find their place in its syntax tree and not by what a line looks like."""

import ast
from collections.abc import Iterator

from cli.new.draft import AnchorMissing
from cli.new.lines import Edit


def importing(module: str, name: str) -> Edit:
    """`from module import name`, unless it is imported already; the linter brings it in order."""

    def edit(text: str) -> str:
        imports = [each for each in ast.parse(text).body if isinstance(each, ast.ImportFrom)]
        if any(each.module == module and _names(each, name) for each in imports):
            return text
        line = f"from {module} import {name}"
        lines = text.splitlines()
        if not imports:
            body = ast.parse(text).body
            return _insert(lines, (body[0].end_lineno or 1) if body else 0, "", line)
        return _insert(lines, imports[-1].end_lineno or 0, line)

    return edit


def unimporting(name: str) -> Edit:
    """No import of a name that nothing stands on any more."""

    def edit(text: str) -> str:
        tree = ast.parse(text)
        if any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(tree)):
            return text
        lines = text.splitlines()
        for each in tree.body:
            if isinstance(each, ast.ImportFrom) and _names(each, name):
                others = [alias for alias in each.names if alias.name != name]
                left = [ast.unparse(ast.ImportFrom(each.module, others, each.level))]
                lines[each.lineno - 1 : each.end_lineno] = left if others else []
        return "\n".join(lines) + "\n"

    return edit


def imported_as(text: str, module: str, name: str) -> str:
    """What a source calls something that it imports; the name itself where it does not."""
    for each in ast.walk(ast.parse(text)):
        if isinstance(each, ast.ImportFrom) and each.module == module:
            for alias in each.names:
                if alias.name == name:
                    return alias.asname or name
    return name


def _names(node: ast.ImportFrom, name: str) -> bool:
    return any(each.name == name for each in node.names)


def listed(keyword: str, name: str) -> Edit:
    """One more name in the list that a call is given under this keyword."""

    def edit(text: str) -> str:
        found = [
            each.value
            for each in ast.walk(ast.parse(text))
            if isinstance(each, ast.keyword) and each.arg == keyword
        ]
        if len(found) != 1 or not isinstance(found[0], ast.List):
            raise AnchorMissing(f"list `{keyword}=[...]`")
        return _appended(text, found[0], found[0].elts, name)

    return edit


def entered(name: str, key: str, value: str) -> Edit:
    """One more entry of the dictionary that a module keeps under this name."""

    def edit(text: str) -> str:
        held = _assigned(text, name)
        if not isinstance(held, ast.Dict):
            raise AnchorMissing(f"dictionary `{name}`")
        if any(isinstance(each, ast.Constant) and each.value == key for each in held.keys):
            return text
        return _appended(text, held, held.values, f'"{key}": {value}')

    return edit


def added_to(name: str, value: str) -> Edit:
    """One more text in the tuple that a module keeps under this name."""

    def edit(text: str) -> str:
        held = _assigned(text, name)
        if not isinstance(held, ast.Tuple):
            raise AnchorMissing(f"tuple `{name}`")
        return _appended(text, held, held.elts, f'"{value}"')

    return edit


def with_method(owner: str, method: str) -> Edit:
    """One more method at the end of a class."""

    def edit(text: str) -> str:
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and node.name == owner:
                return _insert(text.splitlines(), node.end_lineno or 0, "", method.rstrip("\n"))
        raise AnchorMissing(f"class {owner}")

    return edit


def classes(text: str) -> Iterator[ast.ClassDef]:
    return (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))


def _assigned(text: str, name: str) -> ast.expr | None:
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(each, ast.Name) and each.id == name for each in targets):
            return getattr(node, "value", None)
    return None


def _appended(text: str, holder: ast.expr, items: list[ast.expr], added: str) -> str:
    """Behind the last item, on a line of its own where the list has several."""
    lines = text.splitlines()
    last = items[-1] if items else None
    row = (last.end_lineno if last else holder.lineno) or 1
    column = (last.end_col_offset if last else holder.col_offset + 1) or 0
    several = last is not None and holder.end_lineno != last.end_lineno
    joint = ",\n" + " " * 4 if several else ", " if last else ""
    line = lines[row - 1].encode()
    lines[row - 1] = line[:column].decode() + joint + added + line[column:].decode()
    return "\n".join(lines) + "\n"


def _insert(lines: list[str], at: int, *added: str) -> str:
    return "\n".join([*lines[:at], *added, *lines[at:]]) + "\n"

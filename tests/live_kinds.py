"""Kinds of events read from the code itself, so that a kind nobody proved cannot go unnoticed."""

from __future__ import annotations

import ast
from pathlib import Path

from layers.incidents.states import STEPS

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ROOT / "layers"


def published_kinds() -> set[str]:
    """Every kind that a service of a live layer hands to `publish_object`.

    Read from `kind=` in all modules that use it; a kind made from the state of a case stands for every state that the
    table of steps leads to. Fails at a `kind=` that it cannot read.
    """
    kinds: set[str] = set()
    for path in sorted(LAYERS.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.name == "objects.py" or not _imports(tree, "publish_object"):
            continue
        for node in ast.walk(tree):
            for given in node.keywords if isinstance(node, ast.Call) else ():
                if given.arg == "kind":
                    kinds |= _read(given.value, f"{path.relative_to(ROOT)}:{given.value.lineno}")
    return kinds


def registering_functions() -> set[str]:
    """Names of the functions that make broadcasts known."""
    return {
        function.name
        for path in LAYERS.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef) and _calls(function, "register_broadcast")
    }


def _read(value: ast.expr, where: str) -> set[str]:
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    if isinstance(value, ast.Name) and value.id == "kind":  # handed on
        return set()
    text = ast.unparse(value)
    if text == "f'incident.{course.state}'":
        return {f"incident.{step.after}" for step in STEPS}
    raise AssertionError(f"{where}: which kinds does {text} stand for?")


def _imports(tree: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names) for node in ast.walk(tree)
    )


def _calls(tree: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(tree)
    )

"""An import from the file on disk to the version that everybody sees, and back, by the services the worker calls."""

from __future__ import annotations

from pathlib import Path

from layers.imports.committing import ask_commit, commit_import
from layers.imports.models import Import, Status
from layers.imports.preparing import prepare_import
from layers.imports.receiving import import_path
from layers.imports.rolling import ask_rollback, roll_back_import


def load(path: Path, layer: str) -> None:
    """Received, read in the sandbox, mapped, checked, compared, staged, committed; RuntimeError when it was not."""
    row = import_path(actor=None, path=path, layer=layer, answers={}, reason="bench")
    row = prepare_import(import_id=row.pk)
    if row.status == Status.READY:
        row = ask_commit(actor=None, import_id=row.pk, version=row.version, job=False)
        row = commit_import(import_id=row.pk, job=False)
    if row.status != Status.COMMITTED:
        raise RuntimeError(f"{path.name}: {row.status} {row.report} {row.error}")


def take_back(layer: str) -> None:
    """The newest import of a layer, undone."""
    row = Import.objects.filter(layer=layer, status=Status.COMMITTED).latest("created_at")
    ask_rollback(actor=None, import_id=row.pk, job=False)
    roll_back_import(import_id=row.pk)

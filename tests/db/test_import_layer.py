"""The whole way of a delivery on the command line: in, compared, committed, taken back."""

import pytest

from layers.imports.committing import ask_commit, commit_import
from layers.imports.models import Staged, Status
from layers.imports.preparing import prepare_import
from layers.imports.receiving import import_path
from tests.imports_stage import PROFILE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("imports_folder")]


def mapping_of(source):
    """The profile's own table of columns and codes as an answer."""
    names = {*source.fields, *source.constants}
    return {
        "fields": [
            {
                "field": name, "column": source.fields.get(name, ""), "constant": source.constants.get(name),
                "values": source.codes.get(name, {}),
            }
            for name in sorted(names)
        ]
    }  # fmt: skip


def prepared(source, **answers):
    """An import of one file of the profile, prepared."""
    answers = {"mapping": mapping_of(source), "missing": "keep"} | answers
    row = import_path(actor=None, path=source.file, layer=source.layer, answers=answers)
    return prepare_import(import_id=row.pk)


@pytest.mark.parametrize("source", PROFILE.sources, ids=lambda source: source.file.stem)
def test_every_layer_of_the_profile_comes_in_unchanged(source, district):
    row = prepared(source)
    assert row.status == Status.READY, row.report["findings"]
    counts = dict(row.diff["counts"])
    assert counts.pop("unchanged") > 0
    assert set(counts.values()) == {0}
    assert not Staged.objects.exists()
    row = ask_commit(actor=None, import_id=row.pk, version=row.version, job=False)
    row = commit_import(import_id=row.pk)
    assert row.status == Status.COMMITTED
    assert row.version_after == row.version_before

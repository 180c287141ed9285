"""What is delivered arrives byte by byte, once, for those who may; answers are judged at the door."""

import hashlib
import uuid

import pytest

from layers.errors import Conflict, Forbidden, InvalidInput, NotFound, StaleVersion, UnknownLayer
from layers.imports import folders
from layers.imports.answering import answer_import, cancel_import
from layers.imports.models import Import, Status
from layers.imports.receiving import append_bytes, begin_import, finish_upload, import_path
from layers.imports.selectors import import_visible, imports_visible
from layers.live.models import Event
from layers.people.selectors import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("imports_folder")]


@pytest.fixture
def editor(cast):
    return actor_of(cast.person("gis_staff"))


def begun(actor, **more):
    return begin_import(actor=actor, **{"file_name": "roads.zip", "size": 10, "layer": "roads"} | more)


def test_pieces_arrive_in_order_and_the_file_is_what_was_sent(editor):
    row = begun(editor)
    append_bytes(actor=editor, import_id=row.pk, offset=0, data=b"0123")
    append_bytes(actor=editor, import_id=row.pk, offset=4, data=b"456789")
    row = finish_upload(actor=editor, import_id=row.pk)
    assert row.status == Status.RECEIVED
    assert folders.target_of(row.pk).read_bytes() == b"0123456789"
    assert row.file_sha256 == hashlib.sha256(b"0123456789").hexdigest()
    event = Event.objects.get(kind="import.received", object_id=str(row.pk))
    assert event.payload["job"] is True
    assert event.visibility == "edit_layers"


def test_an_interrupted_piece_is_sent_again_from_where_it_counts(editor):
    row = begun(editor)
    append_bytes(actor=editor, import_id=row.pk, offset=0, data=b"0123")
    folders.write_at(folders.target_of(row.pk), 4, b"xxxxxxxxxxxx")  # written, never acknowledged
    with pytest.raises(Conflict) as refused:
        append_bytes(actor=editor, import_id=row.pk, offset=8, data=b"89")
    assert refused.value.extra["received_bytes"] == 4
    append_bytes(actor=editor, import_id=row.pk, offset=4, data=b"456789")
    finish_upload(actor=editor, import_id=row.pk)
    assert folders.target_of(row.pk).read_bytes() == b"0123456789"


def test_an_upload_is_not_finished_while_bytes_are_missing(editor):
    row = begun(editor)
    append_bytes(actor=editor, import_id=row.pk, offset=0, data=b"0123")
    with pytest.raises(Conflict):
        finish_upload(actor=editor, import_id=row.pk)
    with pytest.raises(InvalidInput):
        append_bytes(actor=editor, import_id=row.pk, offset=4, data=b"too many bytes")
    assert Import.objects.get(pk=row.pk).status == Status.UPLOADING


def test_the_same_client_id_begins_one_import(editor):
    key = uuid.uuid4()
    assert begun(editor, client_id=key).pk == begun(editor, client_id=key).pk
    with pytest.raises(Conflict):
        begun(editor, client_id=key, layer="places")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b/..\\c\x1b[0m.zip", ".hidden", "路" * 200 + ".zip"])
def test_a_name_of_a_stranger_leads_nowhere(editor, name):
    row = begun(editor, file_name=name)
    append_bytes(actor=editor, import_id=row.pk, offset=0, data=b"0123456789")
    held = folders.target_of(row.pk)
    assert held.is_file()
    assert held.parent.parent == folders.folder_of(row.pk)


@pytest.mark.parametrize(
    ("layer", "error"),
    [("incidents", UnknownLayer), ("no_such", UnknownLayer), ("new:Roads", InvalidInput), ("new:roads", Conflict),
     ("camera_views", UnknownLayer)],
)  # fmt: skip
def test_only_layers_that_take_imports_are_targets(editor, layer, error):
    with pytest.raises(error):
        begun(editor, layer=layer)


def test_who_may_not_edit_may_not_begin(cast):
    with pytest.raises(Forbidden):
        begun(actor_of(cast.person("seat")))
    with pytest.raises(Forbidden):
        begun(actor_of(cast.person("subdistrict_operator")), layer="grids")


def test_who_may_only_propose_may_begin(cast):
    assert begun(actor_of(cast.person("grid_member"))).status == Status.UPLOADING


def test_an_unknown_import_and_a_foreign_one_are_the_same(cast, editor):
    row = begun(editor)
    stranger = actor_of(cast.person("grid_member"))
    said = []
    for key in (row.pk, uuid.uuid4()):
        with pytest.raises(NotFound) as refused:
            import_visible(stranger, key)
        said.append(refused.value.en.replace(str(key), "ID"))
    assert said[0] == said[1]
    assert row not in imports_visible(stranger)
    assert row in imports_visible(editor)


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"crs": "Beijing"}, "crs"), ({"source_datum": "mars"}, "source_datum"), ({"swap_axes": "yes"}, "swap_axes"),
     ({"effective": "tomorrow"}, "effective"), ({"mapping": [1]}, "mapping"), ({"colour": "red"}, "colour"),
     ({"datum_params": ["x"]}, "datum_params"), ({"datum_params": "1,2"}, "datum_params"), ({"missing": "burn"}, "missing")],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused_by_its_name(editor, answers, field):
    with pytest.raises(InvalidInput) as refused:
        begun(editor, answers=answers)
    assert refused.value.field == field


def test_an_answer_sends_the_import_to_be_prepared_again(editor):
    row = begun(editor, answers={"crs": "EPSG:4547"})
    Import.objects.filter(pk=row.pk).update(status=Status.ASKING)
    with pytest.raises(StaleVersion):
        answer_import(actor=editor, import_id=row.pk, version=row.version + 1, answers={})
    row = answer_import(
        actor=editor, import_id=row.pk, version=row.version, answers={"crs": None, "mapping": {"name": "NAME"}}
    )
    assert row.status == Status.RECEIVED
    assert set(row.answers) == {"mapping"}
    assert Event.objects.get(kind="import.answered").payload["answered"] == ["crs", "mapping"]


def test_a_folder_of_this_machine_is_copied_in_whole(editor, tmp_path):
    folder = tmp_path / "delivery"
    (folder / "deep").mkdir(parents=True)
    for name in ("deep/a.shp", "deep/a.dbf", "note.txt"):
        (folder / name).write_bytes(name.encode())
    row = import_path(actor=None, path=folder, layer="roads")
    assert row.status == Status.RECEIVED
    target = folders.target_of(row.pk)
    assert sorted(p.relative_to(target).as_posix() for p in folders.files_of(target)) == ["deep/a.dbf", "deep/a.shp", "note.txt"]  # fmt: skip
    assert Event.objects.get(kind="import.received").payload["job"] is False


def test_a_lone_shapefile_takes_its_sidecars_along(tmp_path):
    for name in ("a.shp", "A.DBF", "a.prj", "b.dbf", "a.shp.xml"):
        (tmp_path / name).write_bytes(b"x")
    row = import_path(actor=None, path=tmp_path / "a.shp", layer="roads")
    held = {path.name for path in folders.files_of(folders.target_of(row.pk))}
    assert held == {"a.shp", "A.DBF", "a.prj", "a.shp.xml"}


def test_a_cancelled_import_takes_no_more(editor):
    row = begun(editor)
    row = cancel_import(actor=editor, import_id=row.pk, version=row.version)
    with pytest.raises(Conflict):
        append_bytes(actor=editor, import_id=row.pk, offset=0, data=b"0")

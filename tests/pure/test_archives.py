"""The door for archives: bombs, slips, links, nested ones, lies; and what people's programs really make."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from data.samples.raw import archive
from layers.imports import archives
from layers.imports.archives import MAX_ENTRIES, Entry, carried, unpack
from layers.imports.findings import Refused


def refused(data: bytes, tmp_path) -> str:
    """The code with which an archive is refused; nothing may then lie outside the work folder."""
    path, work = tmp_path / "a.zip", tmp_path / "work"
    path.write_bytes(data)
    work.mkdir()
    with pytest.raises(Refused) as caught:
        unpack(path, work)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.zip", "work"]
    return caught.value.finding.code


@pytest.mark.parametrize("name", ["../a.shp", "/etc/a.shp", "a/../../b.shp", "..\\a.shp", "C:\\a.shp", "c:/a.shp"])
def test_paths_that_lead_outside_are_refused(name, tmp_path):
    assert refused(archive({name: b"x"}), tmp_path) == "archive_path"


@pytest.mark.parametrize("name", ["inner.zip", "inner.KMZ", "inner.tar.gz", "inner.rar", "inner.7z"])
def test_archives_in_archives_are_refused_by_name(name, tmp_path):
    assert refused(archive({name: b"x"}), tmp_path) == "archive_nested"


def test_archives_in_archives_are_refused_by_content(tmp_path):
    assert refused(archive({"areas.shp": archive({"a": b"x"})}), tmp_path) == "archive_nested"


def test_too_many_entries_are_refused_before_the_directory_is_read(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as handle:
        for number in range(MAX_ENTRIES + 1):
            handle.writestr(f"{number}.txt", b"")
    assert refused(buffer.getvalue(), tmp_path) == "archive_entries"


def test_a_bomb_is_refused_by_what_it_admits(tmp_path):
    assert refused(archive({"a.shp": bytes(101_000_000)}), tmp_path) == "archive_ratio"


def test_a_bomb_that_lies_about_its_size_writes_no_more_than_it_claims(tmp_path):
    data = bytearray(archive({"a.shp": bytes(5_000_000)}))
    struct.pack_into("<I", data, 22, 10)
    struct.pack_into("<I", data, data.find(b"PK\x01\x02") + 24, 10)
    assert refused(bytes(data), tmp_path) == "archive_damaged"
    assert sum(path.stat().st_size for path in (tmp_path / "work").iterdir()) <= 10


def test_sizes_are_counted_again_while_bytes_stream(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_check_claims", lambda *_: None)
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 3_000_000)
    assert refused(archive({"a.shp": bytes(2_000_000), "b.shp": bytes(2_000_000)}), tmp_path) == "archive_size"
    assert sum(path.stat().st_size for path in (tmp_path / "work").iterdir()) <= 3_000_000


def test_small_tables_of_blanks_may_compress_a_thousandfold(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(archive({"a.dbf": b" " * 3_000_000}))
    (entry,) = unpack(path, tmp_path)
    assert entry.path.stat().st_size == 3_000_000


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18) + b"x", archive({"a": b"x"})[:-10], bytes(1000)]
)
def test_what_is_no_whole_archive_is_refused(data, tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    if data.startswith(b"PK\x05\x06"):
        assert unpack(path, tmp_path) == []
    else:
        with pytest.raises(Refused) as caught:
            unpack(path, tmp_path)
        assert caught.value.finding.code == "archive_damaged"


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_names_come_out_as_people_wrote_them_and_files_under_our_own(codec, tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(archive({"边界/街道办事处.SHP": b"x", "边界\\社区.dbf": b"y"}, names=codec))
    entries = unpack(path, tmp_path)
    assert [entry.name for entry in entries] == ["边界/街道办事处.SHP", "边界/社区.dbf"]
    assert [entry.path.name for entry in entries] == ["entry00000", "entry00001"]
    assert entries[0].extension == "shp" and entries[0].stem == "街道办事处"


def test_a_link_in_a_folder_is_refused(tmp_path):
    (tmp_path / "a.shp").symlink_to("/etc/hostname")
    with pytest.raises(Refused) as caught:
        carried([("a.shp", tmp_path / "a.shp")])
    assert caught.value.finding.code == "link_refused"


@pytest.mark.parametrize("name", ["__MACOSX/._a.shp", "a/.DS_Store", "Thumbs.db", "~$book.xlsx"])
def test_litter_is_known(name, tmp_path):
    assert Entry(name, tmp_path).litter

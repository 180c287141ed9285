"""The cast and the stage: a real PostGIS with the whole district loaded once, people by role and area, a real server.

The database is cut from a cached template whose name carries the hash of migrations, profile and loading code, so that
only the first run after a change pays for loading. Tests connect as the app's role, which owns nothing.
"""

from __future__ import annotations

import pytest

from tests.cast import Cast, District
from tests.load.campaign import Scene
from tests.load.cluster import CrashCluster
from tests.stage import LiveSite, Server, database_of_its_own, database_settings, open_stage


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `long` run only when asked for with -m."""
    if "long" in (config.option.markexpr or ""):
        return
    skip = pytest.mark.skip(reason="long: run by make test-long")
    for item in items:
        if "long" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Replaces Django's own test database by ours: made by the owner, used by the app."""
    with django_db_blocker.unblock(), open_stage() as name:
        yield name


@pytest.fixture
def own_database(django_db_setup, django_db_blocker):
    """A fresh database in which tests commit, for several connections and processes at once; gone afterwards."""
    with django_db_blocker.unblock(), database_of_its_own() as name:
        yield name


@pytest.fixture(scope="session")
def district(django_db_setup, django_db_blocker) -> District:
    """The loaded district: read-only facts that tests compare with."""
    with django_db_blocker.unblock():
        return District.read()


@pytest.fixture
def cast(db, district) -> Cast:
    """People made inside the test's transaction, one a role and area, and an outsider."""
    return Cast(district)


@pytest.fixture
def imports_folder(settings, tmp_path):
    """An empty folder of the test's own for what is delivered."""
    settings.IMPORTS_DIR = tmp_path / "imports"
    settings.IMPORTS_DIR.mkdir()
    return settings.IMPORTS_DIR


@pytest.fixture
def client_for(cast):
    """client_for(role, area=None, scope="full") -> Django test client that sends that person's bearer token."""
    return cast.client


@pytest.fixture(scope="session")
def server(django_db_setup, tmp_path_factory):
    """A real web process on the test database."""
    with Server.start(database_settings(), tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def live_url(server, district) -> str:
    """Address of the running web process, without a trailing slash."""
    return server.url


@pytest.fixture(scope="session")
def live_cast(server, district, django_db_blocker) -> Cast:
    """People whose accounts are committed, so that the running server knows them."""
    return Cast(district, blocker=django_db_blocker, server=server)


@pytest.fixture(scope="session")
def live_site(django_db_setup, tmp_path_factory):
    """The whole site with its relay and streams, on the test database."""
    with LiveSite.open(database_settings(), tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def site_cast(live_site, district, django_db_blocker) -> Cast:
    """People whose accounts are committed, so that the running site knows them."""
    return Cast(district, blocker=django_db_blocker, server=live_site)


@pytest.fixture(scope="session")
def crash_cluster(django_db_setup):
    """A durable PostgreSQL of its own with a copy of the district, which tests may kill."""
    with CrashCluster.open() as cluster:
        yield cluster


@pytest.fixture
def crash_scene(crash_cluster, district, django_db_blocker):
    """People, units and places in that cluster; Django's connections go there meanwhile."""
    with django_db_blocker.unblock(), crash_cluster.as_database():
        yield Scene.set_up(crash_cluster, district)


@pytest.fixture
def committed_site(live_site, site_cast, django_db_blocker):
    """The running site, for tests whose own writes are committed."""
    with django_db_blocker.unblock():
        yield live_site

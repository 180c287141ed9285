"""The bench starts what `make run` starts: a change of one is noticed by the other."""

from __future__ import annotations

from tests.bench.servers import web_command


def test_the_benchs_web_process_is_the_products_save_for_where_it_listens():
    command = web_command()
    assert command[1:4] == ["-m", "granian", "--interface"] and command[-1] == "gis.wsgi:application"
    assert "--blocking-threads" in command and not {"--uds", "--uds-permissions", "--host", "--port"} & set(command)

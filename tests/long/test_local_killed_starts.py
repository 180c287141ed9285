"""Killed at any moment of its first start, it starts well the next time."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time

import pytest

from tests.local_tree import copy_project, end, open_folder, status, tree_in, wait_for_ready, wait_until

pytestmark = pytest.mark.long
SEED = int(os.environ.get("WANGGE_SEED", "20261123"))
KILLS = int(os.environ.get("WANGGE_KILLS", "12"))


@pytest.fixture
def folder():
    """A folder that every user may enter."""
    with open_folder() as made:
        yield made


def test_killed_at_random_moments_of_the_first_start_it_starts_well_the_next_time(folder):
    chance = random.Random(SEED)
    with tree_in(folder, copy_project) as tree:
        for attempt in range(KILLS):
            # Every few attempts everything made so far goes: a first start again.
            if attempt % 4 == 0:
                shutil.rmtree(tree.path / "var", ignore_errors=True)
            output = folder / f"killed-{attempt}.log"
            run = tree.start(output)
            time.sleep(chance.choice((0.2, 0.6, 1.0, 1.5, 2.2, 3.0, 5.0, 8.0)) * (0.7 + 0.6 * chance.random()))
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            if chance.random() < 0.5:
                wait_until("the end of all processes", lambda: not tree.processes(), 15)
        output = folder / "good.log"
        run = tree.start(output)
        try:
            wait_for_ready(run, output, 300)
            assert status(f"{tree.url}/readyz") == 200
        finally:
            assert end(run) < 20
        wait_until("the end of all processes", lambda: not tree.processes(), 5)


def test_a_killed_supervisor_takes_everything_with_it(folder):
    with tree_in(folder, copy_project) as tree:
        output = folder / "run.log"
        run = tree.start(output)
        wait_for_ready(run, output, 300)
        supervisor = next(line for line in tree.processes() if "-m gis.local run" in line)
        os.kill(int(supervisor.split()[0]), signal.SIGKILL)
        wait_until("the end of all processes", lambda: not tree.processes(), 15)
        again = folder / "again.log"
        run = tree.start(again)
        try:
            seconds = wait_for_ready(run, again, 120)
            print(f"second start: {seconds:.1f} s, {seconds / 15:.0%} of its bound")
            assert "District profile" not in again.read_text(), "what is loaded is not loaded again"
        finally:
            end(run)

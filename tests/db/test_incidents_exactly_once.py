"""A sender that repeats, edits, reorders and loses answers: each id is one case, always with its first answer."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from layers.errors import Conflict
from layers.incidents.bodies import read_order, read_report
from layers.incidents.models import Incident
from layers.incidents.services import act_on_incident, report_incident
from layers.live.models import Event
from layers.people.selectors import actor_of
from tests.cases import body_of

pytestmark = pytest.mark.django_db


def machine(actors, grids) -> type[RuleBasedStateMachine]:
    """The machine for these senders and places; each run ends as if nothing had been sent."""
    bodies = [body_of(grid) for grid in grids]

    class Sending(RuleBasedStateMachine):
        """Three reports, sent in any order by two people, with bodies that may have been edited on the way."""

        def __init__(self):
            super().__init__()
            self.save = transaction.savepoint()
            self.ids = [str(uuid.uuid4()) for _ in bodies]
            self.first: dict[int, tuple[int, str, dict]] = {}
            self.accepted: dict[int, tuple[str, dict]] = {}

        def teardown(self):
            transaction.savepoint_rollback(self.save)

        @rule(which=st.integers(0, 2), sender=st.integers(0, 1), text=st.sampled_from(["灯不亮", "edited", ""]))
        def send(self, which, sender, text):
            sent = read_report({**bodies[which], "client_id": self.ids[which], "description": text})
            kept = self.first.get(which)
            if kept is None or kept[:2] == (sender, text):
                outcome = report_incident(actor=actors[sender], report=sent)
                assert outcome.repeated is (kept is not None)
                assert kept is None or outcome.result == kept[2]
                self.first[which] = (sender, text, outcome.result)
            else:
                with pytest.raises(Conflict):
                    report_incident(actor=actors[sender], report=sent)

        @rule(which=st.integers(0, 2))
        def accept(self, which):
            if which not in self.first:
                return
            made = self.first[which][2]
            key, answer = self.accepted.get(which, (str(uuid.uuid4()), None))
            order = read_order("accept", {"client_id": key, "version": 1})
            outcome = act_on_incident(actor=actors[0], incident_id=made["id"], order=order)
            assert answer is None or outcome.result == answer
            self.accepted[which] = (key, outcome.result)

        @invariant()
        def every_id_is_one_case_with_one_event_a_version(self):
            made = [result["id"] for _, _, result in self.first.values()]
            assert Incident.objects.filter(client_id__in=self.ids).count() == len(made)
            events = Event.objects.filter(object_type="incidents", object_id__in=made).count()
            assert events == len(made) + len(self.accepted)

    return Sending


def test_whatever_is_sent_again_each_id_is_one_case(cast, district):
    actors = [actor_of(cast.person("seat")) for _ in range(2)]
    made = machine(actors, district.codes["grid"][:3])
    run_state_machine_as_test(made, settings=settings(max_examples=15, stateful_step_count=12, deadline=None))

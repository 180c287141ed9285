"""Accounts, assignments and tokens: written once through services, told to the log, read by selectors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from layers.errors import Conflict, Forbidden, InvalidInput
from layers.live.models import Event
from layers.people.models import Assignment, Token
from layers.people.selectors import actor_of, valid_token
from layers.people.services import assign, create_account, end_assignment, issue_token, revoke_token
from layers.roles import Role, TokenScope


@pytest.fixture
def person(db):
    return create_account(actor=None, username="Li.Lei", name="李雷", password="a long enough password")


def test_names_are_taken_whatever_their_case(person):
    with pytest.raises(Conflict):
        create_account(actor=None, username="li.lei", name="x")


@pytest.mark.parametrize(
    ("role", "area"),
    [
        (Role.SEAT, ""),
        (Role.SEAT, "4111"),
        (Role.SEAT, "41110２"),
        (Role.GRID_MEMBER, "411102"),
        (Role.COMMUNITY_HEAD, "411102001"),
        (Role.SEAT, "411102'; --"),
    ],
)
def test_an_assignment_needs_an_area_as_narrow_as_its_role(person, role, area):
    with pytest.raises(InvalidInput) as caught:
        assign(actor=None, person=person, role=role, area=area, valid_from=timezone.now())
    assert caught.value.field == "area"


def test_rights_begin_and_end_with_the_assignment(person):
    now = timezone.now()
    row = assign(
        actor=None, person=person, role=Role.SEAT, area="411102", valid_from=now, valid_to=now + timedelta(days=1)
    )
    assert actor_of(person, at=now - timedelta(seconds=1)).posts == ()
    assert [post.role for post in actor_of(person, at=now).posts] == [Role.SEAT]
    assert actor_of(person, at=now + timedelta(days=1)).posts == ()
    end_assignment(actor=None, assignment=row, at=now + timedelta(hours=1))
    assert actor_of(person, at=now + timedelta(hours=1)).posts == ()


def test_ending_what_has_not_begun_ends_it_as_it_begins(person):
    begin = timezone.now() + timedelta(days=3)
    row = assign(actor=None, person=person, role=Role.SEAT, area="411102", valid_from=begin)
    end_assignment(actor=None, assignment=row, at=timezone.now())
    assert actor_of(person, at=begin + timedelta(seconds=1)).posts == ()


def test_a_head_manages_people_of_his_own_area_alone(person, cast, district):
    head = actor_of(cast.person("community_head", district.first("community")))
    assign(
        actor=head,
        person=person,
        role=Role.COMMUNITY_STAFF,
        area=district.first("community"),
        valid_from=timezone.now(),
    )
    with pytest.raises(Forbidden):
        assign(
            actor=head, person=person, role=Role.COMMUNITY_STAFF, area=district.last("community"),
            valid_from=timezone.now(),
        )  # fmt: skip


def test_a_token_is_kept_as_a_hash_and_works_until_it_ends(person):
    now = timezone.now()
    text = issue_token(actor=None, person=person, scope=TokenScope.READ, expires_at=now + timedelta(hours=1))
    assert text not in str(list(Token.objects.values()))
    row = valid_token(text, now)
    assert row is not None
    assert valid_token(text, now + timedelta(hours=2)) is None
    revoke_token(actor=None, token=row)
    revoke_token(actor=None, token=row)
    assert valid_token(text, now) is None
    assert Event.objects.filter(kind="token.revoked", object_id=str(row.pk)).count() == 1


def test_a_token_of_an_inactive_account_is_no_token(person):
    text = issue_token(actor=None, person=person, scope=TokenScope.READ, expires_at=None)
    person.is_active = False
    person.save(update_fields=["is_active"])
    assert valid_token(text, timezone.now()) is None
    assert actor_of(person) is not None
    assert not actor_of(person).known


def test_history_of_accounts_and_assignments_is_kept_by_the_database(person):
    assign(actor=None, person=person, role=Role.SEAT, area="411102", valid_from=timezone.now())
    Assignment.objects.filter(person=person).update(area="411102001")  # raw and bulk changes too
    with connection.cursor() as cursor:
        cursor.execute("SELECT area FROM people_assignment_history WHERE person_id = %s ORDER BY pgh_id", [person.pk])
        assert [row[0] for row in cursor.fetchall()] == ["411102", "411102001"]
        cursor.execute("SELECT * FROM people_user_history LIMIT 1")
        assert "password" not in {column[0] for column in cursor.description}


def test_the_table_refuses_what_is_no_area_code(person):
    with pytest.raises(DatabaseError), transaction.atomic():
        Assignment.objects.create(person=person, role="seat", area="41110", valid_from=timezone.now())


def test_nobody_is_a_superuser(person):
    assert person.is_superuser is False
    assert not person.has_perm("people.change_user")

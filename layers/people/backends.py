"""Django's permission questions, answered from assignments."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from layers.people.models import User
from layers.people.rights import admin_permission
from layers.people.selectors import actor_of


class AssignmentBackend(ModelBackend):
    """Checks passwords as Django does; grants by assignments, never by superuser flags or groups."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether the person's posts in force grant a Django model permission."""
        return isinstance(user_obj, User) and user_obj.is_active and admin_permission(actor_of(user_obj), perm)

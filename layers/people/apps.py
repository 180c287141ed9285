from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Accounts, assignments, tokens and the two permission functions."""

    name = "layers.people"
    label = "people"
    verbose_name = _("People and rights")
    default_auto_field = "django.db.models.BigAutoField"

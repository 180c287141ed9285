from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts, assignments, tokens and the two permission functions."""

    name = "layers.people"
    label = "people"
    verbose_name = "人员与授权"
    default_auto_field = "django.db.models.BigAutoField"

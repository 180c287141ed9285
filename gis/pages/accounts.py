"""Sign-in and sign-out."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.i18n import set_language

from gis.errors import answer, wants_page
from layers.errors import TooManyAttempts
from layers.people.access import PUBLIC, access
from layers.people.models import User
from layers.people.services import tell_sign_out

PAUSE_S = 60


class SignOut(LogoutView):
    """Django's sign-out, told to the log."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Ends the session, and with it the streams that it opened."""
        person, known = request.user, request.user.is_authenticated
        response = super().post(request, *args, **kwargs)
        if known:
            tell_sign_out(person=cast(User, person))
        return response


sign_in = access(PUBLIC)(LoginView.as_view(redirect_authenticated_user=True))
sign_out = access(PUBLIC)(SignOut.as_view())
language = access(PUBLIC)(set_language)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What axes shows after too many failures: the sign-in page with the pause, or problem+json."""
    error = TooManyAttempts(
        f"连续五次失败，请 {PAUSE_S} 秒后再试", f"five failures in a row: wait {PAUSE_S} seconds", retry_after_s=PAUSE_S
    )
    if not wants_page(request):
        return answer(request, error)
    view = LoginView(template_name="registration/login.html", extra_context={"locked_out_s": PAUSE_S})
    view.setup(request)
    context = view.get_context_data(form=view.get_form_class()(request))
    page = TemplateResponse(request, view.get_template_names(), context, status=429)
    page["Retry-After"] = str(PAUSE_S)
    page.render()
    return page

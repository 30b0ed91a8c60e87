"""The administration at /admin/: people, and nothing that holds content. Roles and closing are recorded acts here too."""

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib.admin import AdminSite, ModelAdmin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import User

if TYPE_CHECKING:
    UserModelAdmin = ModelAdmin[User]
else:
    UserModelAdmin = ModelAdmin

STANDING = ("is_secretariat", "is_staff", "is_active")


class Administration(AdminSite):
    """A site of our own: what other applications register with Django's stays out of reach. Sign-in is the site's own.

    Who is staff may do all that is registered here: there is no second table of permissions.
    """

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("People")

    def get_urls(self) -> list[Any]:
        """Leave out "view on site", which tells the address of any row of any table."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]


class PersonForm(ModelForm):
    """A person's settings and standing; a change of standing asks for a reason."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=600, help_text=_("Needed to change what stands above; recorded.")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse here what the service would refuse."""
        cleaned = super().clean() or self.cleaned_data
        changed = [name for name in STANDING if cleaned.get(name) != self.initial.get(name)]
        if changed and not str(cleaned.get("reason", "")).strip():
            self.add_error("reason", _("Give a reason: it is recorded."))
        return cleaned


class PersonAdmin(UserModelAdmin):
    """People are found, their settings mended, their standing changed; passwords and addresses are theirs alone."""

    form = PersonForm
    list_display = ("name", "email", *STANDING, "last_login")
    list_filter = STANDING
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    fields = ("email", "name", "language", "time_zone", "date_joined", "last_login", *STANDING, "reason")
    readonly_fields = ("email", "date_joined", "last_login")
    view_on_site = False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody changes their own standing."""
        own = obj is not None and obj.pk == request.user.pk
        return self.readonly_fields + (STANDING if own else ())

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Write through the services, which lock, record and tell."""
        assert isinstance(request.user, User)
        data = form.cleaned_data
        services.save_preferences(obj, **{name: data[name] for name in ("name", "language", "time_zone")})
        if set(STANDING) <= data.keys():
            standing = {name: data[name] for name in STANDING}
            services.change_standing(obj, by=request.user, reason=data["reason"], **standing)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Administrators find people here."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Administrators look at everybody."""
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Administrators mend settings and change standing."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up, or are made by `manage.py create_administrator`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """What a person wrote keeps its author: accounts are closed, never deleted."""
        return False


administration = Administration(name="admin")
administration.register(User, PersonAdmin)
administration.login = secure_admin_login(administration.login)  # type: ignore[method-assign]

"""Every address of the site; each room owns its own part."""

from django.urls import include, path

from accounts import views as account_views
from accounts.admin import administration
from core import views as core_views

handler500 = "core.views.failed"

urlpatterns = [
    path("", include("partners.urls")),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("", include("groups.urls")),
    path("", include("api.urls")),
    path("admin/", administration.urls),
    path("language/", account_views.language, name="set_language"),
    path("", include("notifications.urls")),
    path("notifications/", include("notifications.push.urls")),
    path("", include("search.urls")),
    path("groups/<slug:slug>/documents/", include("groups.documents.urls")),
    path("groups/<slug:slug>/documents/", include("groups.pages.urls")),
    path("", include("groups.clearance.urls")),
    path("groups/<slug:slug>/publications/", include("groups.clearance.publication_urls")),
    path("groups/<slug:slug>/settings/webhooks/", include("groups.webhooks.urls")),
    path(".well-known/security.txt", core_views.security_txt, name="security_txt"),
    path("groups/<slug:slug>/chat/", include("discussions.chat.urls")),
    path("conversations/", include("discussions.chat.conversation_urls")),
    path("groups/<slug:slug>/threads/", include("discussions.urls")),
    path("groups/<slug:slug>/threads/<int:thread_id>/polls/", include("discussions.polls.urls")),
    path("groups/<slug:slug>/threads/<int:thread_id>/", include("discussions.asking.urls")),
    path("groups/<slug:slug>/actions/", include("discussions.actions.urls")),
    path("", include("discussions.actions.own_urls")),
    path("", include("discussions.calendars.urls")),
    path("", include("discussions.mail.urls")),
    path("scheduled/", include("discussions.scheduled_urls")),
    path("bookmarks/", include("discussions.bookmark_urls")),
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    # Last, because its addresses are the shortest.
    path("", include("portal.urls")),
]

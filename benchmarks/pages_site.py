"""The site with one page more: the plain one that ours is measured against, what anybody writes first with Django.

A session, three queries (the person, the thread, its comments with their authors) and a template of twenty comments. No
frame, no rights, no unread, no replies, no editor. Both pages run in one process, behind the same middleware, and read the
same rows.
"""

import os
from functools import cache
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
settings.ROOT_URLCONF = __name__
django.setup()

from django.http import HttpRequest, HttpResponse  # noqa: E402 - the applications are loaded above
from django.shortcuts import get_object_or_404  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import include, path  # noqa: E402

from discussions.models import Post, Thread  # noqa: E402

PLAIN = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ thread.title }}</title></head>
<body>
<p>{{ user.name }}</p>
<h1>{{ thread.title }}</h1>
{% for comment in comments %}
<article id="comment-{{ comment.pk }}">
<h2>{{ comment.author.name }}</h2>
<p>{{ comment.organisation.name }}, {{ comment.created_at|date:"j F Y, H:i" }}</p>
{{ comment.body|linebreaks }}
</article>
{% endfor %}
</body>
</html>
"""


@cache
def template() -> Any:
    """Return the plain page's template, compiled once, as Django's loader does with files."""
    return engines["django"].from_string(PLAIN)


def plain(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Show a thread the plain way."""
    thread = get_object_or_404(Thread, pk=thread_id)
    comments = Post.objects.filter(thread=thread).select_related("author", "organisation").order_by("number")[:20]
    return HttpResponse(template().render({"thread": thread, "comments": comments}, request))


urlpatterns = [path("plain/<int:thread_id>/", plain), path("", include("config.urls"))]

from config.asgi import application as asgi  # noqa: E402, F401
from config.wsgi import application as wsgi  # noqa: E402, F401

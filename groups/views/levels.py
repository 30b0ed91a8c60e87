"""How much of their groups reaches a person by mail: one page for all of them, and one for each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from groups.access import group_for_participant
from groups.models import Group
from notifications import bounces, digests
from notifications import levels as kept
from notifications.forms import LevelForm, Place, RhythmForm
from notifications.levels import SHOWN, Levels
from notifications.models import Channel, Level


def _form(request: SignedInRequest, groups: list[Group]) -> LevelForm:
    """Return the form for these groups, in which the person takes part."""
    user_id = request.user.pk
    return LevelForm(
        request.POST if request.method == "POST" else None,
        places=[Place(group.pk, group.name, group.get_absolute_url()) for group in groups],
        levels=[Levels.of([user_id], channel) for channel in SHOWN],
        user_id=user_id,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def levels(request: SignedInRequest) -> HttpResponse:
    """Choose what comes by mail, and when: of all groups, and of single ones."""
    person = request.user
    form = _form(request, list(Group.objects.joined_by(person).live().order_by("name", "pk")))
    rhythm = RhythmForm(
        request.POST if request.method == "POST" else None,
        instance=digests.rhythm_of(person),
        initial={
            channel.value: Levels.of([person.pk], channel).default(person.pk).value
            for channel in (Channel.MAIL, Channel.PUSH)
        },
    )
    if request.method == "POST" and form.is_valid() and rhythm.is_valid():
        wishes = dict(rhythm.cleaned_data)
        usual, pushed = Level(wishes.pop("mail")), wishes.pop("push")
        with transaction.atomic():
            kept.choose(person, channel=Channel.MAIL, level=usual)
            if pushed:
                kept.choose(person, channel=Channel.PUSH, level=Level(pushed))
            for channel, group_id, level in form.chosen():
                kept.choose(person, channel=channel, level=level, group_id=group_id)
            digests.set_rhythm(person, **wishes)
        messages.success(request, _("Saved. It holds from the next letter on."))
        return redirect("groups:levels")
    refused = bool(form.errors or rhythm.errors)
    context = {
        "form": form,
        "rhythm": rhythm,
        "channels": [channel.label for channel in SHOWN],
        "mail_stopped": bounces.is_stopped(person),
    }
    return render(request, "groups/levels.html", context, status=422 if refused else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def level(request: SignedInRequest, slug: str) -> HttpResponse:
    """Choose what comes of one group in which the person takes part."""
    group, standing = group_for_participant(request.user, slug)
    form = _form(request, [group])
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            for channel, group_id, chosen in form.chosen():
                kept.choose(request.user, channel=channel, level=chosen, group_id=group_id)
        messages.success(request, _("Saved. It holds from the next letter on."))
        return redirect(reverse("groups:level", args=[slug]))
    context = {"group": group, "standing": standing, "form": form}
    return render(request, "groups/level.html", context, status=422 if form.errors else 200)

"""Deciding beforehand what silence counts for."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict
from groups.clearance.models import Rule, Silent
from groups.clearance.services.locking import leading
from groups.models import Group
from groups.services.speaking import locked_group
from partners.capacity import Capacity


@transaction.atomic
def decide_silence(group: Group, *, by: Capacity, silence: str, was: str | None = None) -> Rule:
    """Say what silence counts for in rounds that begin from now on; those under way keep the rule they began with.

    Raises `Conflict` where the rule is no longer the one that was seen (`was`).
    """
    silence = Silent(silence)
    group, standing = locked_group(group.pk, by.user)
    by = leading(standing, by)
    now = Rule.of(group)
    rule, _new = Rule.objects.get_or_create(group=group)
    if silence == now:
        return rule
    if was is not None and was != now:
        raise Conflict(
            _("Another lead changed the rule meanwhile. What stands there now is chosen below."), current=now
        )
    rule.silence = silence
    rule.save(update_fields=["silence"])
    record(by, "clearance.rule_changed", group, was=str(now), now=str(silence))
    return rule

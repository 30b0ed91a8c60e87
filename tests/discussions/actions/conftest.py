"""Actions to tell stories about."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from discussions.actions import services


@pytest.fixture
def plan(capacity):
    """Write an action down: by default the writer's own organisation's, due in a week."""

    def plan(group, person, text="Send the figures", *, owner=None, due=7, for_person=None, **more):
        by = capacity(person, group)
        return services.add_action(
            group,
            by=by,
            text=text,
            owner_id=owner.pk if owner else by.organisation_id,
            person_id=for_person.pk if for_person else None,
            due_on=timezone.now().date() + timedelta(days=due),
            key=more.pop("key", None) or uuid.uuid4(),
            **more,
        )

    return plan


@pytest.fixture
def action(supply_chains, lead, member, weavers, plan):
    """What the weavers, and of them `member`, have to do."""
    return plan(supply_chains, lead, owner=weavers, for_person=member)

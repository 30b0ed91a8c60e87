"""Actions: written down, changed against the version seen, done or dropped, handed over, reminded of."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict, DomainError
from discussions.actions import services
from discussions.actions.models import Action, ActionVersion, State
from groups.models import Membership, Participant
from groups.services import end_participation
from groups.standing import NotAllowed
from notifications.models import Notice
from partners.models import Affiliation
from partners.services import hand_over as partner_hand_over


def today():
    return timezone.now().date()


def told(kind):
    """Who has a notice of the kind, by name."""
    return sorted(Notice.objects.filter(kind=kind).values_list("user__name", flat=True))


def test_a_lead_gives_an_action_and_its_person_is_told(action, colleague):
    assert (action.version, action.state) == (1, State.OPEN)
    assert told("action_given") == ["Marco Silva"]


def test_an_action_without_a_person_reaches_everybody_of_the_organisation(
    supply_chains, lead, member, colleague, weavers, plan
):
    plan(supply_chains, lead, owner=weavers)
    assert told("action_given") == ["Carla Colleague", "Marco Silva"]


def test_members_take_actions_for_their_own_organisation_only(supply_chains, member, dockers, plan):
    assert plan(supply_chains, member).owner.name == "Weavers’ Union"
    with pytest.raises(NotAllowed):
        plan(supply_chains, member, owner=dockers)
    assert Action.objects.count() == 1


def test_an_owner_is_a_member_and_a_person_takes_part_for_it(
    supply_chains, lead, member, ministry, institute, weavers, dockers, stranger, plan
):
    for owner, person in [(ministry, None), (institute, None), (weavers, stranger), (dockers, member)]:
        with pytest.raises(DomainError):
            plan(supply_chains, lead, owner=owner, for_person=person)
    assert not Action.objects.exists()


def test_the_same_form_makes_one_action(supply_chains, member, plan):
    key = uuid.uuid4()
    assert plan(supply_chains, member, key=key) == plan(supply_chains, member, key=key)
    with pytest.raises(Conflict):
        plan(supply_chains, member, "Something else", key=key)


def test_an_action_from_a_post_counts_in_its_thread(thread, member, plan):
    plan(thread.group, member, post=thread.posts.get())
    thread.refresh_from_db()
    assert thread.action_count == 1


def test_a_change_against_an_old_version_conflicts(action, lead, member, capacity):
    def change(person, text, base):
        return services.change_action(
            action,
            by=capacity(person, action.group),
            base=base,
            text=text,
            owner_id=action.owner_id,
            person_id=action.person_id,
            due_on=action.due_on,
        )

    change(member, "Send the figures of 2024", 1)
    with pytest.raises(Conflict) as conflict:
        change(lead, "Send them soon", 1)
    assert conflict.value.current.text == "Send the figures of 2024"
    change(lead, "Send the figures of 2024", 1)  # what stands there already conflicts with nobody
    assert ActionVersion.objects.filter(action=action).count() == 2


def test_done_dropped_and_open_again_are_kept(action, member, capacity):
    by = capacity(member, action.group)
    action = services.finish_action(action, by=by, base=1)
    assert told("action_given") == []
    action = services.reopen_action(action, by=by, base=2)
    with pytest.raises(DomainError):
        services.drop_action(action, by=by, base=3, reason="  ")
    action = services.drop_action(action, by=by, base=3, reason="The mill closed.")
    assert [(v.number, v.state, v.reason) for v in action.versions.all()] == [
        (1, "open", ""),
        (2, "done", ""),
        (3, "open", ""),
        (4, "dropped", "The mill closed."),
    ]
    assert services.drop_action(action, by=by, base=1, reason="The mill closed.").version == 4


def test_who_has_nothing_to_do_with_it_changes_nothing(supply_chains, action, make_insider, capacity):
    other = make_insider(supply_chains, "Other")
    with pytest.raises(NotAllowed):
        services.finish_action(action, by=capacity(other, supply_chains), base=1)
    action.refresh_from_db()
    assert action.state == State.OPEN


def test_a_successor_gets_the_open_actions_and_not_the_settled(
    supply_chains, lead, member, weavers, colleague, plan, capacity
):
    open_one = plan(supply_chains, lead, "One", owner=weavers, for_person=member)
    done = plan(supply_chains, lead, "Two", owner=weavers, for_person=member)
    services.finish_action(done, by=capacity(member, supply_chains), base=1)
    leaving = Affiliation.objects.get(user=member)
    Affiliation.objects.filter(user=colleague).update(role="focal-point")
    successor = Affiliation.objects.get(user=colleague)
    partner_hand_over(leaving, successor=successor, by=capacity(member, supply_chains), leave=True)
    open_one.refresh_from_db()
    done.refresh_from_db()
    assert (open_one.person, done.person) == (colleague, member)
    last = open_one.versions.last()
    assert (last.why, last.author) == (ActionVersion.Why.HANDED_OVER, member)
    assert Notice.objects.filter(user=colleague, kind="action_given").count() == 1


def test_without_a_successor_the_organisation_keeps_it(action, member, colleague, capacity):
    end_participation(Participant.objects.get(user=member), by=capacity(member, action.group))
    action.refresh_from_db()
    last = action.versions.last()
    assert (action.person, action.owner.name) == (None, "Weavers’ Union")
    assert (last.why, last.author) == (ActionVersion.Why.LEFT, None)
    assert "Carla Colleague" in told("action_given")


@pytest.mark.parametrize(("due", "count"), [(4, 0), (3, 1), (0, 1), (-1, 1), (-30, 1)])
def test_a_reminder_comes_once_before_and_once_after(supply_chains, lead, member, weavers, plan, due, count):
    plan(supply_chains, lead, owner=weavers, for_person=member, due=due)
    assert services.remind() == count
    assert services.remind() == 0
    assert told("action_due") == ["Marco Silva"] * count


def test_soon_and_late_are_two_reminders_and_a_new_day_counts_anew(action, member, capacity):
    assert services.remind(action.due_on - timedelta(days=1)) == 1
    assert services.remind(action.due_on + timedelta(days=1)) == 1
    by = capacity(member, action.group)
    later = action.due_on + timedelta(days=10)
    services.change_action(
        action, by=by, base=1, text=action.text, owner_id=action.owner_id, person_id=member.pk, due_on=later
    )
    assert told("action_due") == []
    assert services.remind(later - timedelta(days=1)) == 1


def test_nobody_is_reminded_of_what_is_done_or_of_a_closed_group(action, member, lead, capacity):
    from groups.services import close_group

    close_group(action.group, by=capacity(lead, action.group), reason="Done.")
    assert services.remind(action.due_on) == 0


def test_a_letter_says_nothing_of_the_action(action, mailoutbox):
    from notifications.tasks import mail_notices

    mail_notices.func(Notice.objects.get(kind="action_given").key)
    (letter,) = mailoutbox
    assert "An action was given to you" in letter.body
    assert "figures" not in letter.body + letter.subject
    assert "Supply" not in letter.body + letter.subject


def test_an_organisation_that_left_still_shows_and_nobody_of_it_is_reminded(action, lead, weavers, capacity):
    from groups.services import remove_membership

    place = Membership.objects.get(group=action.group, organisation=weavers)
    remove_membership(place, by=capacity(lead, action.group), reason="Silent.")
    assert services.remind(action.due_on) == 0
    assert told("action_due") == []

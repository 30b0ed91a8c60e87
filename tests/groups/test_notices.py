"""What people are told of groups, in words, and only while they may know of it."""

import uuid
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail.backends.locmem import EmailBackend as LocMemBackend
from django.utils import timezone

from groups import services
from groups.models import Group, Membership
from notifications.models import Letter, Notice
from notifications.services import render_notices as render
from notifications.tasks import mail_notices
from partners.capacity import capacities_of, secretariat_capacity
from search.models import Kind


def read(person):
    """Return what the person's notices say, newest first."""
    return [rendered.text for _, rendered in render(list(Notice.objects.of(person)), person)]


def excerpts(person):
    return [rendered.excerpt for _, rendered in render(list(Notice.objects.of(person)), person)]


def by(person):
    return secretariat_capacity(person) if person.is_secretariat else capacities_of(person)[0]


@pytest.fixture
def asked(supply_chains, stranger):
    return services.request_to_join(
        supply_chains, affiliation=stranger.affiliations.get(), brings="Port *statistics*.", key=uuid.uuid4()
    )


def test_leads_read_of_a_request_while_it_waits_and_they_lead(asked, supply_chains, lead, member):
    assert read(lead) == ["Harbour Institute asks to join “Supply Chains”."]
    assert excerpts(lead) == ["Port statistics ."]
    services.accept_request(asked, by=by(lead))
    assert (read(lead), read(member)) == ([], [])


@pytest.mark.parametrize("hidden", [False, True])
def test_a_refusal_names_no_group_that_has_become_hidden(asked, supply_chains, lead, stranger, hidden):
    services.decline_request(asked, by=by(lead), reason="Full.")
    if hidden:
        services.change_switches(supply_chains, by=by(lead), find="members")
    group = "a group" if hidden else "“Supply Chains”"
    assert read(stranger) == [f"The leads of {group} declined the request of Harbour Institute."]
    assert excerpts(stranger) == ["Full."]


def test_an_accepted_and_a_removed_organisation_read_so(asked, lead, stranger):
    services.accept_request(asked, by=by(lead))
    assert read(stranger) == ["Harbour Institute is now a member of “Supply Chains”."]
    services.remove_membership(asked, by=by(lead), reason="Spam.")
    assert read(stranger) == ["Harbour Institute was removed from “Supply Chains”."]


def test_focal_points_read_what_their_staff_propose(supply_chains, stranger, institute, make_person, affiliate):
    colleague = make_person("Rui Costa")
    affiliate(colleague, institute, role="staff")
    services.propose_to_join(supply_chains, affiliation=colleague.affiliations.get())
    assert read(stranger) == ["Rui Costa proposes that Harbour Institute join “Supply Chains”."]
    Group.objects.update(find="members", read="members")
    assert read(stranger) == []


def test_a_proposal_and_its_answer_are_read_by_those_concerned(stranger, secretariat, member):
    group = services.propose_group(by=by(stranger), name="Ports", summary="Ports.")
    assert read(secretariat) == ["The group “Ports” is proposed and waits for you."]
    services.open_group(group, by=by(secretariat))
    assert (read(secretariat), read(stranger), read(member)) == ([], ["“Ports” is open."], [])
    other = services.propose_group(by=by(stranger), name="Mines", summary="Mines.")
    services.decline_group(other, by=by(secretariat), reason="There is one.")
    assert (read(stranger)[0], excerpts(stranger)[0]) == ("Your proposal “Mines” was declined.", "There is one.")


def test_what_is_asked_for_no_more_waits_for_nobody(asked, supply_chains, lead, member, stranger, secretariat):
    """Withdrawn, or ended with the place above: the notice is gone, for the badge too."""
    services.withdraw_request(asked, by=by(stranger))
    drafting = services.open_working_group(supply_chains, by=by(lead), name="Drafting", summary="Drafts.")
    services.request_to_join(drafting, affiliation=member.affiliations.get(), key=uuid.uuid4())
    place = Membership.objects.get(group=supply_chains, organisation__affiliations__user=member)
    services.leave(place, by=by(member))
    proposed = services.propose_group(by=by(stranger), name="Ports", summary="Ports.")
    services.withdraw_request(proposed.memberships.get(), by=by(stranger))
    assert not Notice.objects.filter(user__in=[lead, secretariat]).exists()


def test_who_was_named_reads_so_while_they_take_part(supply_chains, member, weavers, make_person, affiliate):
    colleague = make_person("Ana")
    tie = affiliate(colleague, weavers, role="staff")
    place = Membership.objects.get(group=supply_chains, organisation=weavers)
    seat = services.name_participant(place, affiliation=tie, by=by(member))
    assert read(colleague) == ["You take part in “Supply Chains” for Weavers’ Union."]
    services.end_participation(seat, by=by(member))
    assert read(colleague) == []


def found(client, who, request, words, kind):
    """Return the titles that somebody finds."""
    if who:
        client.force_login(request.getfixturevalue(who))
    return [hit.shown.title for hit in client.get("/search/", {"q": words, "kind": kind}).context["hits"]]


@pytest.mark.parametrize(
    ("who", "finds"),
    [("lead", ["Quiet Harbour"]), ("secretariat", ["Quiet Harbour"]), ("stranger", []), ("outsider", []), (None, [])],
)
def test_the_search_finds_hidden_groups_for_those_who_may_know_of_them(client, hidden_group, request, who, finds):
    assert found(client, who, request, "quiet", Kind.GROUP) == finds


@pytest.mark.parametrize(
    ("who", "listing", "finds"),
    [
        ("member", "undisclosed", ["Weavers’ Union"]),
        ("stranger", "partners", ["Weavers’ Union"]),
        ("stranger", "undisclosed", []),
        ("outsider", "partners", []),
        (None, "named", ["Weavers’ Union"]),
        (None, "partners", []),
    ],
)
def test_the_search_finds_organisations_by_their_listing(client, member, weavers, request, who, listing, finds):
    weavers.listing = listing
    weavers.save()
    assert found(client, who, request, "weavers", Kind.ORGANISATION) == finds


def test_the_group_named_so_comes_first_however_many_share_its_words(client, request, make_group):
    for number in range(3):
        make_group(f"A{number} Harbour")
    make_group("Harbour")
    assert found(client, None, request, "harbour", Kind.GROUP)[0] == "Harbour"


def test_letters_about_groups_name_neither_group_nor_organisation(
    asked, supply_chains, lead, stranger, secretariat, weavers, member, make_person, affiliate, mailoutbox
):
    services.decline_request(asked, by=by(lead), reason="Full.")
    services.propose_group(by=by(stranger), name="Ports", summary="Ports.")
    colleague = make_person("Ana")
    tie = affiliate(colleague, weavers, role="staff")
    place = Membership.objects.get(group=supply_chains, organisation=weavers)
    services.name_participant(place, affiliation=tie, by=by(member))
    for key in set(Notice.objects.values_list("key", flat=True)):
        mail_notices.func(key)
    assert {mail.to[0] for mail in mailoutbox} == {stranger.email, secretariat.email, colleague.email}
    for mail in mailoutbox:
        words = (mail.subject + mail.body).casefold()
        names = ("Supply Chains", supply_chains.slug, "Ports", "Harbour", "Weavers", weavers.slug, "Ana")
        assert not [name for name in names if name.casefold() in words]


def test_a_letter_that_is_refused_holds_up_nobody_elses_and_is_tried_again(
    stranger, secretariat, make_person, mailoutbox, monkeypatch
):
    colleague = make_person("Ines Berg", "ines@example.org", is_secretariat=True)
    services.propose_group(by=by(stranger), name="Ports", summary="Ports.")
    key = Notice.objects.get(user=colleague).key
    send = LocMemBackend.send_messages

    def refuse_the_first(backend, messages):
        if messages[0].to == [secretariat.email]:
            raise SMTPRecipientsRefused({secretariat.email: (451, b"4.3.0 Later")})
        return send(backend, messages)

    with monkeypatch.context() as down:
        down.setattr(LocMemBackend, "send_messages", refuse_the_first)
        mail_notices.func(key)
    assert [message.to for message in mailoutbox] == [[colleague.email]]

    waiting = Letter.objects.get(user=secretariat)
    assert (waiting.state, waiting.tried, waiting.fault) == (Letter.State.WAITING, 1, "4.3.0")
    assert waiting.due_at > timezone.now()
    mail_notices.func(key)
    assert [message.to for message in mailoutbox] == [[colleague.email], [secretariat.email]]


def test_a_letters_link_leads_its_reader_to_what_it_is_about(asked, lead, stranger, member, client, mailoutbox):
    """By an address that says nothing, to nobody else, and looking marks nothing read."""
    services.accept_request(asked, by=by(lead))
    notice = Notice.objects.get(user=stranger)
    mail_notices.func(notice.key)
    assert f"/notifications/{notice.pk}/" in mailoutbox[-1].body
    for person, leads_to in [(stranger, "/groups/supply-chains/"), (member, None)]:
        client.force_login(person)
        answer = client.get(f"/notifications/{notice.pk}/")
        assert (answer.status_code, answer.headers.get("Location")) == (302 if leads_to else 404, leads_to)
    notice.refresh_from_db()
    assert notice.read_at is None

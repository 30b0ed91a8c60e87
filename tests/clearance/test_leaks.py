"""Undisclosed and hidden never leak: whatever is cleared and published, by whichever way a stranger asks."""

import re

import pytest
from django.urls import reverse

from core.errors import DomainError
from groups import services as groups
from groups.clearance.models import Publication, Voice
from groups.models import Group
from groups.standing import Standing
from tests.clearance.conftest import asked, capacity, over, published, put, reviewed, say

SECRET = "Quiet Stitchers’ Circle"
OUTSIDE = ["visitor", "outsider", "stranger"]


@pytest.fixture
def circle(make_organisation, make_person, affiliate, join, supply_chains):
    """An undisclosed organisation of the group, and its person."""
    organisation = make_organisation(SECRET, listing="undisclosed", stakeholder_type="workers")
    organisation.acronym = "QSC"
    organisation.slug = "x9q2m7k3v0aa"
    organisation.save()
    person = make_person("Quiet Quentin")
    affiliate(person, organisation, function="Stitcher")
    join(organisation, supply_chains, person)
    return organisation, person


def pages(client, publication):
    """Return everything that tells of a publication outside its group, in one text."""
    slug = publication.group.slug
    place = publication.get_absolute_url()
    asked_for = [
        place,
        f"{place}citation.bib",
        f"{place}citation.ris",
        reverse("publications:list", args=[slug]),
        reverse("group", args=[slug]),
        f"/groups/{slug}/feed/",
        "/feed/",
        "/search/?q=fees",
        "/search/?q=quiet",
        "/search/?q=stitchers",
        "/",
    ]
    return "\n".join(bare(client.get(one), "") for one in asked_for)


def as_(client, who, request):
    if who != "visitor":
        client.force_login(request.getfixturevalue(who))
    return client


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.parametrize("silent", [False, True])
def test_an_undisclosed_organisation_is_a_number_outside(
    client, request, circle, draft, supply_chains, lead, dockers, who, silent
):
    from groups.clearance import services

    organisation, person = circle
    services.decide_silence(supply_chains, by=capacity(lead, supply_chains), silence="clears")
    round_ = asked(reviewed(draft, lead), lead, dockers, organisation)
    say(round_, lead)
    if not silent:
        say(round_, person, "comment", "Quiet words of ours.")
    made = published(over(round_), lead)
    text = pages(as_(client, who, request), made)
    assert "1 organisation that is not named here" in text
    for word in (SECRET, "QSC", organisation.slug, "Quiet Quentin", "Stitcher", "Quiet words"):
        assert word not in text.replace("q=stitchers", ""), word


def test_members_read_the_name_that_is_not_told_outside(client, circle, draft, lead, member, dockers):
    organisation, person = circle
    round_ = asked(reviewed(draft, lead), lead, dockers, organisation)
    say(round_, lead)
    say(round_, person)
    made = published(over(round_), lead)
    client.force_login(member)
    assert SECRET in client.get(round_.get_absolute_url()).content.decode()
    assert SECRET in client.get(made.get_absolute_url()).content.decode()


def test_who_becomes_undisclosed_later_is_a_number_from_then_on(client, publication, weavers):
    assert weavers.name in client.get(publication.get_absolute_url()).content.decode()
    weavers.listing = "undisclosed"
    weavers.save()
    text = client.get(publication.get_absolute_url()).content.decode()
    assert weavers.name not in text
    assert "1 organisation that is not named here" in text


@pytest.mark.parametrize("field", ["title", "authors", "summary", "citation"])
def test_the_words_around_it_name_nobody_who_is_not_named(circle, cleared, lead, field):
    with pytest.raises(DomainError):
        published(cleared, lead, **{field: f"By the {SECRET.upper()} and others"})
    assert not Publication.objects.exists()


def test_the_reason_of_a_withdrawal_names_nobody_either(circle, publication, lead):
    from groups.clearance.services import withdraw_publication

    by = capacity(lead, publication.group)
    with pytest.raises(DomainError):
        withdraw_publication(publication, by=by, reason=f"{SECRET} asked for it.")
    assert Publication.objects.get().withdrawn_at is None


@pytest.fixture
def of_hidden(hidden_group, lead, member, dockers):
    """What a hidden group has published."""
    version = put(member, hidden_group)
    round_ = asked(reviewed(version, lead), lead, dockers)
    say(round_, lead)
    return published(over(round_), lead, title="Hidden fees", authors="Quiet Harbour")


@pytest.mark.parametrize("who", [*OUTSIDE, "observer", "secretariat"])
def test_a_hidden_groups_publication_looks_like_none(client, request, of_hidden, who):
    as_(client, who, request)
    place = of_hidden.get_absolute_url()
    missing = place.replace(of_hidden.group.slug, "abcdefghijkl")
    for act in ("", "file/", "citation.bib", "citation.ris"):
        answer, none = client.get(f"{place}{act}"), client.get(f"{missing}{act}")
        assert answer.status_code == none.status_code == 404
        assert bare(answer, of_hidden.group.slug) == bare(none, "abcdefghijkl")
    for page in ("/search/?q=hidden+fees", "/feed/", "/"):
        text = client.get(page).content.decode()
        assert place not in text
        assert "Quiet Harbour" not in text


def bare(answer, slug):
    """Return what an answer says, but for the address asked for and the form's token."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return text.replace(slug, "") if slug else text


def test_those_who_take_part_read_what_their_hidden_group_published(client, of_hidden, member):
    client.force_login(member)
    assert "Hidden fees" in client.get(of_hidden.get_absolute_url()).content.decode()
    assert of_hidden.get_absolute_url() in client.get("/search/", {"q": "hidden fees"}).content.decode()


def test_a_group_that_hides_takes_its_publications_with_it(client, publication, supply_chains, lead):
    old = publication.get_absolute_url()
    groups.change_switches(
        supply_chains, by=Standing.of(lead, supply_chains).act(), find="members", read="members", join="invitation"
    )
    hidden = Group.objects.get(pk=supply_chains.pk)
    assert client.get(old).status_code == 404
    assert client.get(f"/groups/{hidden.slug}/publications/{publication.pk}/").status_code == 404
    assert "Fees of recruiters" not in client.get("/feed/").content.decode()
    assert f"/publications/{publication.pk}/" not in client.get("/search/", {"q": "recruiters"}).content.decode()


@pytest.mark.parametrize("who", ["visitor", "outsider", "stranger", "secretariat"])
def test_a_group_for_partners_publishes_to_partners(client, request, publication, supply_chains, lead, who):
    groups.change_switches(supply_chains, by=Standing.of(lead, supply_chains).act(), find="partners", read="members")
    answer = as_(client, who, request).get(publication.get_absolute_url())
    assert answer.status_code == (200 if who == "stranger" else 404)


@pytest.mark.parametrize("who", ["stranger", "outsider", "secretariat"])
def test_a_round_is_its_groups_own_also_where_everybody_reads_along(client, request, running, lead, who):
    Group.objects.filter(pk=running.group_id).update(read="public")
    say(running, lead, "object", "An inner word.")
    client.force_login(request.getfixturevalue(who))
    for act in ("", "table/"):
        assert client.get(f"{running.get_absolute_url()}{act}").status_code == 404
    page = client.get(f"/groups/supply-chains/documents/{running.document_id}/")
    assert "In clearance" not in page.content.decode()


def test_a_member_who_left_is_told_nothing_of_the_round(client, running, lead, member, weavers):
    assert Voice.objects.filter(organisation=weavers).exists()
    groups.remove_membership(weavers.memberships.get(), by=Standing.of(lead, running.group).act(), reason="They left.")
    client.force_login(member)
    assert client.get(running.get_absolute_url()).status_code == 404
    assert "is asked to clear" not in client.get("/").content.decode()
    assert "Brief" not in client.get("/notifications/").content.decode()


@pytest.mark.parametrize(
    "words",
    [
        "By the QSC and others",
        "By QSC’s own staff",
        "De l’QSC",
        "Q.S.C., 2026",
        "Qsc: a view",
        "Quiet Stitchers' Circle",
        "quiet  stitchers circle",
        "Quiet-Stitchers circle",
        "QUÍET STITCHERS’ CIRCLE",
    ],
)
def test_neither_name_nor_acronym_however_it_is_written(circle, cleared, lead, words):
    with pytest.raises(DomainError, match="is not named to everybody"):
        published(cleared, lead, authors=words)
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    ("name", "acronym", "words"),
    [
        ("اتحاد العمال الهادئ", "", "الموانئ واتحاد العُمّال الهادئ"),
        ("الاتحاد الهادئ", "", "تقرير للاتحاد الهادئ"),
        ("静かな縫製組合", "", "本書は静かな縫製組合が書いた"),
        ("Women’s Circle", "", "The Womens Circle"),
        ("Union discrète", "", "Un rapport de l’Union Discrete"),
        ("ver.di quiet", "ver.di", "with ver.di"),
    ],
)
def test_names_in_other_scripts_and_tongues_are_known_too(circle, cleared, lead, name, acronym, words):
    organisation, _person = circle
    organisation.name, organisation.acronym = name, acronym
    organisation.save()
    with pytest.raises(DomainError, match="is not named to everybody"):
        published(cleared, lead, summary=words)


def test_other_words_that_hold_the_letters_are_no_name(circle, cleared, lead):
    organisation, _person = circle
    organisation.name, organisation.acronym = "Art", "ACT"
    organisation.save()
    made = published(cleared, lead, title="Impact of a smart start", summary="To act is to react: a call, act by act.")
    assert made.title == "Impact of a smart start"


@pytest.mark.parametrize("who", OUTSIDE)
def test_the_files_own_name_stays_in_the_group(client, request, supply_chains, circle, lead, dockers, who):
    version = put(lead, supply_chains, name=f"{SECRET} draft, QSC.PDF")
    round_ = asked(reviewed(version, lead), lead, dockers)
    say(round_, lead)
    made = published(over(round_), lead, title="Fees: a view / Frais")
    as_(client, who, request)
    text, file = pages(client, made), client.get(f"{made.get_absolute_url()}file/")
    assert "<bdi>Fees: a view - Frais.PDF</bdi>" in text
    assert "QSC" not in text + file["Content-Disposition"]
    assert file["Content-Disposition"].endswith("filename*=UTF-8''Fees%3A%20a%20view%20-%20Frais.PDF")

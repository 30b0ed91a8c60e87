"""The pages: what one does there without a script, what is refused, and what a visitor reads of a publication."""

import hashlib
import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import DomainError
from groups.clearance import services
from groups.clearance.models import Answer, Publication, Remark, Round, Rule, Stage
from groups.documents.models import Document, Scan, Version
from groups.documents.services.describing import Description, describe_document
from tests.clearance.conftest import (
    BYTES,
    DAY,
    PUBLIC_WORDS,
    asked,
    capacity,
    fresh,
    over,
    published,
    put,
    reviewed,
    say,
)


def soon(days=3):
    return (timezone.now() + days * DAY).strftime("%Y-%m-%dT%H:%M")


def address(round_, act=""):
    return f"{round_.get_absolute_url()}{act}"


def test_the_whole_way_by_forms(signed_in, draft, supply_chains, lead, member, dockers, weavers):
    page = f"/groups/supply-chains/documents/{draft.document_id}/"
    assert "Begin the review" in signed_in(member).get(page).content.decode()
    form = {"key": uuid.uuid4(), "number": 1, "until": soon(1), "note": "Section 3"}
    signed_in(member).post(f"{page}clearance/new/", form)
    round_ = Round.objects.select_related("group").get()
    client = signed_in(lead)
    assert client.post(address(round_, "remark/"), {"key": uuid.uuid4(), "text": "Fine."}).status_code == 302
    both = [dockers.pk, weavers.pk]
    early = client.post(address(round_, "ask/"), {"organisations": both, "until": soon()})
    assert (early.status_code, "The group reviews it until" in early.content.decode()) == (422, True)
    Round.objects.update(review_until=timezone.now())
    assert client.post(address(round_, "ask/"), {"organisations": both, "until": soon()}).status_code == 302
    answer = {"key": uuid.uuid4(), "base": 0, "as": dockers.pk, "says": "clear"}
    assert client.post(address(round_, "answer/"), answer).status_code == 302
    client = signed_in(member)
    home = client.get("/").content.decode()
    assert "is asked to clear “<bdi>Brief</bdi>”" in home
    answer = {"key": uuid.uuid4(), "base": 0, "as": weavers.pk, "says": "comment", "text": "Mind page 3."}
    assert client.post(address(round_, "answer/"), answer).status_code == 302
    assert "is asked to clear" not in client.get("/").content.decode()
    page = client.get(address(round_)).content.decode()
    assert "Mind page 3." in page
    over(round_)
    client = signed_in(lead)
    assert client.post(address(round_, "publish/"), PUBLIC_WORDS).status_code == 302
    assert Publication.objects.get().title == "Fees of recruiters"


def test_what_was_typed_stays_beside_what_is_wrong_with_it(signed_in, running, member, weavers):
    form = {"key": uuid.uuid4(), "base": 0, "as": weavers.pk, "says": "object", "text": " "}
    answer = signed_in(member).post(address(running, "answer/"), form)
    text = answer.content.decode()
    assert (answer.status_code, "a comment and an objection need words" in text) == (422, True)
    assert re.search(r'<input[^>]*value="object"[^>]*checked', text)
    assert not Answer.objects.exists()


def test_a_colleagues_answer_is_shown_before_it_is_replaced(
    signed_in, running, member, weavers, make_person, affiliate
):
    colleague = make_person("Carla Colleague")
    weavers.memberships.get().participants.create(affiliation=affiliate(colleague, weavers), user=colleague)
    say(running, member, "object", "Table 2 is wrong.")
    client, form = signed_in(colleague), {"key": uuid.uuid4(), "base": 0, "as": weavers.pk, "says": "clear"}
    answer = client.post(address(running, "answer/"), form)
    text = answer.content.decode()
    assert (answer.status_code, "What stands there now" in text, "Save mine instead" in text) == (409, True, True)
    form |= {"key": uuid.uuid4(), "base": 1}
    assert client.post(address(running, "answer/"), form).status_code == 302
    assert [one.says for one in Answer.objects.order_by("number")] == ["object", "clear"]
    assert "1 earlier answer" in client.get(address(running)).content.decode()


def test_a_round_shows_who_has_not_answered_and_the_numbers_by_type(signed_in, running, lead):
    say(running, lead, "object", "Wrong.")
    text = signed_in(lead).get(address(running)).content.decode()
    silent = text[text.index("Who has not answered yet") :]
    assert "<bdi>Weavers’ Union</bdi>" in silent[: silent.index("</ul>")]
    assert "<bdi>Dockers’ Federation</bdi>" not in silent[: silent.index("</ul>")]
    table = text[text.index("Answers by stakeholder type</caption>") :]
    assert "<svg" in table[: table.index("</table>")]
    assert '<td class="num">1</td>' in table[: table.index("</table>")]


def test_a_lead_prolongs_and_withdraws_on_the_page(signed_in, running, lead):
    client = signed_in(lead)
    wrong = client.post(address(running, "prolong/"), {"until": soon(2)})
    assert (wrong.status_code, "must be later than the one that stands" in wrong.content.decode()) == (422, True)
    assert client.post(address(running, "prolong/"), {"until": soon(20)}).status_code == 302
    assert client.post(address(running, "withdraw/"), {"reason": ""}).status_code == 422
    assert client.post(address(running, "withdraw/"), {"reason": "We correct table 2."}).status_code == 302
    text = client.get(address(running)).content.decode()
    assert "We correct table 2." in text
    assert "Lina Okafor" in text[text.index("Withdrawn by") :]


def test_the_old_round_says_that_a_later_version_came(signed_in, running, supply_chains, draft, member):
    put(member, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
    text = signed_in(member).get(address(running)).content.decode()
    assert "A later version was added" in text
    assert "Overtaken by a later version" in text


def test_the_rule_is_decided_in_the_settings(signed_in, supply_chains, lead):
    client = signed_in(lead)
    rule = "/groups/supply-chains/settings/clearance/"
    assert client.post(rule, {"silence": "clears", "was": "blocks"}).status_code == 302
    assert client.post(rule, {"silence": "abstains", "was": "blocks"}).status_code == 409
    assert client.post(rule, {"silence": "never", "was": "clears"}).status_code == 422
    assert Rule.of(supply_chains) == "clears"


def test_the_voices_go_into_a_table(signed_in, cleared, member):
    lines = signed_in(member).get(address(cleared, "table/")).content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Dockers’ Federation,Workers’ organisation,Clear,,Lina Okafor,Coordinator,")
    assert lines[2].startswith(
        'Weavers’ Union,Workers’ organisation,"Clear, with a comment",Mind the table on page 3.,'
    )
    assert lines[1].endswith(cleared.sha256)


def test_a_remark_is_made_once_and_an_empty_one_not(signed_in, draft, member):
    round_ = reviewed(draft, member)
    form = {"key": uuid.uuid4(), "text": "Once."}
    client = signed_in(member)
    client.post(address(round_, "remark/"), form)
    client.post(address(round_, "remark/"), form)
    assert client.post(address(round_, "remark/"), {"key": uuid.uuid4(), "text": "  "}).status_code == 422
    assert [one.text for one in Remark.objects.all()] == ["Once."]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_rounds_page_asks_the_same_however_many_answered(
    signed_in, draft, lead, make_organisation, make_person, affiliate, join, django_assert_max_num_queries, rows
):
    organisations, people = [], []
    for number in range(3):
        organisation, person = make_organisation(f"Body {number}"), make_person(f"Person {number}")
        affiliate(person, organisation)
        join(organisation, draft.document.group, person)
        organisations.append(organisation)
        people.append(person)
    round_ = asked(reviewed(draft, lead), lead, *organisations)
    for person in people[:rows]:
        say(round_, person, "object", "No.")
        say(round_, person, "clear", base=1)
    client = signed_in(lead)
    client.get(address(round_))
    with django_assert_max_num_queries(32):
        client.get(address(round_))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_publications_asks_the_same_however_many(
    client, supply_chains, lead, dockers, django_assert_num_queries, rows
):
    for number in range(rows):
        version = put(lead, supply_chains, content=b"%PDF-1.4 " + bytes([65 + number]), name=f"Brief {number}.pdf")
        round_ = asked(reviewed(version, lead), lead, dockers)
        say(round_, lead)
        published(over(round_), lead, title=f"Brief {number}")
    client.get("/groups/supply-chains/publications/")
    with django_assert_num_queries(3):
        page = client.get("/groups/supply-chains/publications/").content.decode()
    assert [f"Brief {number}" in page for number in range(3)] == [number < rows for number in range(3)]


# --- What a visitor reads -----------------------------------------------------------------------------------------


def test_a_visitor_reads_a_publication_of_a_group_whose_library_is_closed(client, publication, draft):
    assert client.get(f"/groups/supply-chains/documents/{draft.document_id}/").status_code == 404
    page = client.get(publication.get_absolute_url())
    text = page.content.decode()
    for word in (
        "Fees of recruiters",
        "Dockers’ Federation",
        "Weavers’ Union",
        "CC BY 4.0",
        "Disclaimer",
        draft.sha256,
    ):
        assert word in text
    for word in ("Lina", "Marco", "Mind the table", "Coordinator"):
        assert word not in text
    file = client.get(f"{publication.get_absolute_url()}file/")
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == publication.sha256
    assert file.headers["Content-Disposition"].startswith("attachment;")
    part = client.get(f"{publication.get_absolute_url()}file/", headers={"Range": "bytes=0-7"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, BYTES[:8])


def test_the_bytes_stay_those_that_were_cleared(client, publication, supply_chains, draft, member):
    put(member, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
    file = client.get(f"{publication.get_absolute_url()}file/")
    assert b"".join(file.streaming_content) == BYTES


def test_a_later_publication_is_pointed_to(client, publication, supply_chains, draft, lead, member, dockers):
    second = put(member, supply_chains, document=draft.document, content=b"%PDF-1.4 second")
    round_ = asked(reviewed(second, lead), lead, dockers)
    say(round_, lead)
    newer = published(over(round_), lead, title="Fees of recruiters, second edition")
    text = client.get(publication.get_absolute_url()).content.decode()
    assert f'<a href="{newer.get_absolute_url()}" dir="auto">Fees of recruiters, second edition</a>' in text


def test_a_publication_is_cited_for_programs_too(client, cleared, lead, settings):
    settings.SITE_URL = "https://groups.example.org"
    title = "Fees & costs: 10% of {wages} \\input{x}_1 #2 $ ~ ^"
    made = published(cleared, lead, title=title, summary="One\nER  - \ntwo")
    here = f"https://groups.example.org/groups/supply-chains/publications/{made.pk}/"
    bib = client.get(f"{made.get_absolute_url()}citation.bib")
    assert bib.headers["Content-Disposition"] == f'attachment; filename="publication-{made.pk}.bib"'
    assert (
        r"title = {{Fees \& costs: 10\% of \{wages\} \textbackslash{}input\{x\}\_1 \#2 \$ \textasciitilde{} "
        r"\textasciicircum{}}}," in bib.content.decode()
    )
    assert f"url = {{{here}}}," in bib.content.decode()
    ris = client.get(f"{made.get_absolute_url()}citation.ris").content.decode()
    lines = ris.split("\r\n")
    assert lines[:4] == ["TY  - RPRT", f"TI  - {title}", "AU  - Supply Chains", "PY  - 2026"]
    assert lines[-2:] == ["ER  - ", ""]
    assert "AB  - One ER - two" in lines
    assert f"Supply Chains (2026). {title.split('&')[0]}" in client.get(made.get_absolute_url()).content.decode()


def test_a_publication_that_is_withdrawn_says_so_and_gives_nothing(client, signed_in, publication, lead):
    place = publication.get_absolute_url()
    answer = signed_in(lead).post(f"{place}withdraw/", {"reason": ""})
    assert (answer.status_code, "Say why." in answer.content.decode()) == (422, True)
    client.post(f"{place}withdraw/", {"reason": "Table 2 was wrong."})
    client.logout()
    text = client.get(place).content.decode()
    assert "This publication was withdrawn" in text
    assert "Table 2 was wrong." in text
    assert "How to cite it" not in text
    for act in ("file/", "citation.bib", "citation.ris"):
        assert client.get(f"{place}{act}").status_code == 404
    assert "Fees of recruiters" not in client.get("/groups/supply-chains/publications/").content.decode()
    assert place not in client.get("/search/", {"q": "recruiters"}).content.decode()
    assert "Fees of recruiters" not in client.get("/feed/").content.decode()


def test_search_feed_and_overview_tell_a_visitor_of_it(client, publication):
    link = publication.get_absolute_url()
    assert link in client.get("/search/", {"q": "recruiters"}).content.decode()
    assert link in client.get("/feed/").content.decode()
    assert link in client.get("/groups/supply-chains/").content.decode()


def test_a_document_that_is_not_green_is_not_published(signed_in, cleared, lead):
    for mark in ("amber", "red"):
        Document.objects.update(mark=mark)
        answer = signed_in(lead).post(address(cleared, "publish/"), PUBLIC_WORDS)
        assert (answer.status_code, "Its mark must be green first" in answer.content.decode()) == (422, True)
    assert not Publication.objects.exists()


def test_a_published_document_is_not_marked_to_stay_in_the_group(publication, supply_chains, draft, lead):
    by, document = capacity(lead, supply_chains), Document.objects.get(pk=draft.document_id)
    for mark in ("amber", "red"):
        with pytest.raises(DomainError, match="withdraws the publication"):
            describe_document(document, Description(mark=mark), by=by, base=document.record_version)
        assert Document.objects.get(pk=draft.document_id).mark == "green"
    services.withdraw_publication(publication, by=by, reason="It must stay inside.")
    describe_document(document, Description(mark="red"), by=by, base=document.record_version)
    assert Document.objects.get(pk=draft.document_id).mark == "red"


def test_the_record_of_the_document_fills_in_the_publication(client, signed_in, cleared, lead):
    words = {"language": "fr", "year": 2025, "licence": "cc-by-sa", "citation": "Cite us as the group wishes."}
    Document.objects.update(**words)
    form = signed_in(lead).get(address(cleared, "publish/")).context["form"]
    begun = [form.initial[name] for name in ("language", "year", "licence", "citation")]
    assert begun == ["fr", 2025, "cc-by-sa-4.0", "Cite us as the group wishes."]
    made = published(cleared, lead, citation=words["citation"])
    text = client.get(made.get_absolute_url()).content.decode()
    assert "Cite us as the group wishes. http" in text


def test_silence_that_clears_is_named_as_what_it_is(client, draft, supply_chains, lead, dockers, weavers):
    services.decide_silence(supply_chains, by=capacity(lead, supply_chains), silence="clears")
    round_ = asked(reviewed(draft, lead), lead, dockers, weavers)
    say(round_, lead)
    text = client.get(published(over(round_), lead).get_absolute_url()).content.decode()
    assert "<bdi>Weavers’ Union</bdi>" in text or ">Weavers’ Union</a>" in text
    assert text.count("said nothing by the date") == 1


def test_silence_that_is_no_answer_is_a_number(client, draft, supply_chains, lead, dockers, weavers):
    services.decide_silence(supply_chains, by=capacity(lead, supply_chains), silence="abstains")
    round_ = asked(reviewed(draft, lead), lead, dockers, weavers)
    say(round_, lead)
    text = client.get(published(over(round_), lead).get_absolute_url()).content.decode()
    assert "Weavers’ Union" not in text
    assert "1 organisation that was asked did not answer." in text


def test_before_its_end_a_round_says_how_it_stands(signed_in, running, lead):
    Round.objects.update(until=timezone.now() - timedelta(seconds=1))
    text = signed_in(lead).get(address(running)).content.decode()
    assert "the result is being written" in text
    assert fresh(running).stage == Stage.CLEARANCE


# --- What a file says of people -----------------------------------------------------------------------------------

TOLD = "Author: Nia Okoye. Comments by: Lina Okafor."


def told(round_, **said):
    """Let the version say something of people; return the round as it is then."""
    Version.objects.filter(pk=round_.version_id).update(**said)
    return fresh(round_)


def test_who_publishes_is_told_whom_the_file_names_and_says_that_everybody_may_read_it(signed_in, cleared, lead):
    client, place = signed_in(lead), address(told(cleared, told=TOLD), "publish/")
    assert TOLD in client.get(place).content.decode()
    answer = client.post(place, PUBLIC_WORDS | {"title": "Fees, kept"})
    assert (answer.status_code, answer.context["form"].errors.keys()) == (422, {"readable"})
    assert 'value="Fees, kept"' in answer.content.decode()
    assert not Publication.objects.exists()
    assert client.post(place, PUBLIC_WORDS | {"readable": "on"}).status_code == 302
    assert Publication.objects.get().version.told == TOLD


def test_the_act_itself_asks_whether_everybody_may_read_it(cleared, lead):
    for said in ({"told": TOLD}, {"told": "", "original": "Signed by the author", "kind": "docx"}):
        with pytest.raises(DomainError, match="everybody may read"):
            published(told(cleared, **said), lead)
    assert published(fresh(cleared), lead, readable=True)


def test_where_the_file_says_nothing_nothing_is_asked(signed_in, cleared, lead):
    assert "readable" not in signed_in(lead).get(address(cleared, "publish/")).context["form"].fields


def test_a_picture_kept_with_its_place_is_not_published(signed_in, cleared, lead):
    round_ = told(cleared, original="Evidence for the audit", kind="jpeg")
    client, place = signed_in(lead), address(round_, "publish/")
    for answer in (client.get(place), client.post(place, PUBLIC_WORDS | {"readable": "on"})):
        text = answer.content.decode()
        assert "Kept as it was taken: place, time and camera may stand in it." in text
        assert "Add it as a new version without a reason to keep them" in text
        assert 'name="title"' not in text
    with pytest.raises(DomainError, match="not published so"):
        published(round_, lead, readable=True)
    assert not Publication.objects.exists()


# --- A second lead, another organisation, a file that is held -----------------------------------------------------


@pytest.fixture
def second_lead(supply_chains, dockers, make_person, affiliate):
    """A colleague of the lead."""
    person = make_person("Second Sefa")
    dockers.memberships.get(group=supply_chains).participants.create(
        affiliation=affiliate(person, dockers), user=person
    )
    return person


def test_a_second_lead_reads_that_it_is_published_and_keeps_what_they_wrote(signed_in, cleared, lead, second_lead):
    place = address(cleared, "publish/")
    signed_in(lead).post(place, PUBLIC_WORDS)
    made = Publication.objects.select_related("group").get()
    words = PUBLIC_WORDS | {"title": "Recruiters and their fees", "summary": "Second summary."}
    answer = signed_in(second_lead).post(place, words)
    text = answer.content.decode()
    assert (answer.status_code, "Another lead published it meanwhile." in text) == (409, True)
    for shown in ("Recruiters and their fees", "Second summary.", f'href="{made.get_absolute_url()}"'):
        assert shown in text
    assert signed_in(second_lead).post(place, PUBLIC_WORDS).status_code == 409
    assert Publication.objects.get().title == "Fees of recruiters"


def test_the_same_words_sent_twice_are_one_publication_and_others_are_said_to_be_too_late(signed_in, cleared, lead):
    client, place = signed_in(lead), address(cleared, "publish/")
    landed = [client.post(place, PUBLIC_WORDS).url for _time in range(2)]
    assert landed == [Publication.objects.select_related("group").get().get_absolute_url()] * 2
    answer = client.post(place, PUBLIC_WORDS | {"year": 2025})
    assert (answer.status_code, "You published it before, with other words." in answer.content.decode()) == (409, True)
    client.post(f"{landed[0]}withdraw/", {"reason": "Table 2 was wrong."})
    answer = client.post(place, PUBLIC_WORDS)
    assert (answer.status_code, "It was published before, and withdrawn." in answer.content.decode()) == (409, True)
    assert client.get(place).url == landed[0]


def test_the_organisation_can_be_chosen_from_a_form_that_was_refused(
    signed_in, running, supply_chains, member, weavers, dockers, affiliate
):
    place = dockers.memberships.get(group=supply_chains)
    place.participants.create(affiliation=affiliate(member, dockers), user=member)
    client, form = signed_in(member), {"key": uuid.uuid4(), "base": 0, "as": weavers.pk, "says": "object", "text": " "}
    answer = client.post(address(running, "answer/"), form)
    assert answer.status_code == 422
    links = re.findall(r'href="([^"]*\?as=\d+)#answer"', answer.content.decode())
    assert sorted(links) == sorted(f"{running.get_absolute_url()}?as={one.pk}" for one in (weavers, dockers))
    assert [client.get(link).context["capacity"].organisation_id for link in links] == [
        int(link.partition("as=")[2]) for link in links
    ]


def test_a_file_found_to_be_malware_later_is_not_offered(client, publication, django_assert_num_queries):
    place = publication.get_absolute_url()
    assert f'href="{place}file/"' in client.get(place).content.decode()
    Scan.objects.create(version=publication.version, state="held", found="Eicar")
    text = client.get(place).content.decode()
    assert f'href="{place}file/"' not in text
    assert "Malware was found in this file after it was published." in text
    assert client.get(f"{place}file/").status_code == 403


def test_sentences_of_a_round_are_whole(signed_in, running, lead, member):
    client = signed_in(lead)
    page = client.get(f"/groups/supply-chains/documents/{running.document_id}/").content.decode()
    assert '<span class="soft">until <time ' in page
    assert re.search(r"<span>until <time [^>]*>", signed_in(member).get("/").content.decode())
    signed_in(lead).post(address(running, "withdraw/"), {"reason": "We correct table 2."})
    text = client.get(address(running)).content.decode()
    assert "<p>Withdrawn by <bdi>Lina Okafor, Coordinator, Dockers’ Federation</bdi>.</p>" in text

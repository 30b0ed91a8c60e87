"""A newcomer's way into the alliance, from a first visit to talking with somebody."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import GROUP, LEAD, MEMBER, NEWCOMER, sign_in

CHOSEN = "three kilns went out"


def test_signing_up_for_an_organisation(open_as):
    visitor = open_as()
    visitor.goto("/")
    visitor.get_by_role("link", name="Join", exact=True).first.click()
    visitor.get_by_label("Your name").fill("Zainab Oduya")
    visitor.get_by_label("E-mail address").fill("zainab.oduya@example.org")
    visitor.get_by_label("Password").fill(CHOSEN)
    listed = visitor.get_by_label("Which one")
    listed.select_option(listed.locator("option", has_text="Clean Kilns Network").get_attribute("value"))
    visitor.get_by_label("Your function there").fill("Community organiser")
    visitor.get_by_role("button", name="Sign up").click()
    expect(visitor.locator("h1")).to_have_text("Look into your mail")

    visitor.goto("/demo/outbox/")
    letter = visitor.locator("details", has_text="zainab.oduya@example.org").first
    letter.locator("a[href*=confirm-email]").click()
    visitor.get_by_role("button", name="Yes, confirm it").click()

    focal_point = open_as(NEWCOMER)
    focal_point.goto("/notifications/")
    focal_point.locator("main").get_by_role("button", name=re.compile("Zainab Oduya")).first.click()
    asking = focal_point.locator("li.row", has_text="Zainab Oduya")
    expect(asking).to_contain_text("Community organiser")
    asking.get_by_role("button", name="Confirm").click()
    expect(focal_point.locator("section[aria-labelledby=people]")).to_contain_text("Zainab Oduya")

    newcomer = open_as()
    sign_in(newcomer, "zainab.oduya@example.org", CHOSEN)
    newcomer.goto("/account/organisations/")
    expect(newcomer.locator("main")).to_contain_text("Clean Kilns Network (fictional)")
    newcomer.goto("/notifications/")
    expect(newcomer.locator("main")).to_contain_text("Clean Kilns Network (fictional)")


def test_joining_answering_uploading_and_talking(open_as, tmp_path):
    newcomer, lead, member = open_as(NEWCOMER), open_as(LEAD), open_as(MEMBER)

    # Priya asks to join for her network, and cannot write before the leads have said yes.
    newcomer.goto("/groups/")
    newcomer.get_by_role("link", name="Supply Chains", exact=True).click()
    newcomer.get_by_role("link", name="Ask to join").click()
    newcomer.get_by_label("What your organisation brings").fill("Forty kilns that let researchers in.")
    expect(newcomer.get_by_text("6 of 60 words")).to_be_visible()
    newcomer.get_by_role("button", name="Ask to join").click()
    expect(newcomer.locator("main")).to_contain_text("has asked to join. The leads decide.")
    assert newcomer.request.get(GROUP + "chat/").status == 404

    lead.goto("/notifications/")
    lead.locator("main").get_by_role("button", name=re.compile("Clean Kilns")).first.click()
    request = lead.locator("article", has_text="Forty kilns that let researchers in.")
    request.get_by_role("button", name="Accept", exact=True).click()
    expect(lead.locator("li.row", has_text="Clean Kilns")).to_contain_text("Priya Raghunathan")

    # She answers a post of a thread; its author hears of it.
    newcomer.goto("/notifications/")
    expect(newcomer.locator("main")).to_contain_text("Supply Chains")
    newcomer.goto(GROUP + "threads/")
    newcomer.locator(".row__title a").filter(has_text=re.compile("mapping", re.I)).first.click()
    newcomer.locator("article.post").last.get_by_role("link", name=re.compile("^Reply")).click()
    answer = newcomer.get_by_role("textbox", name="Your answer")
    answer.fill("Our kilns can be *asked* twice a year.")
    newcomer.get_by_role("button", name="Preview").click()
    expect(newcomer.locator("[data-preview] em")).to_have_text("asked")
    newcomer.get_by_role("button", name="Post", exact=True).click()
    post = newcomer.locator("article.post").last
    expect(post).to_contain_text("Our kilns can be asked twice a year.")
    expect(post).to_contain_text("Priya Raghunathan")
    expect(post).to_contain_text("Clean Kilns Network")
    expect(answer).to_have_value("")
    member.goto(newcomer.url)
    expect(member.locator("article.post").last).to_contain_text("Our kilns can be asked twice a year.")

    # She puts a document of some size into the library: in pieces, with progress, and it comes back whole.
    paper = tmp_path / "Kiln calendar.txt"
    paper.write_text("Firing begins after the rains.\n" * 100_000, encoding="utf-8")
    pieces = []
    newcomer.on("request", lambda one: pieces.append(one.url) if one.method == "PUT" else None)
    newcomer.goto(GROUP + "documents/")
    newcomer.evaluate("""() => {
      window.progress = [];
      new MutationObserver((all) => window.progress.push(...all.map((one) => one.target.value)))
        .observe(document.querySelector("[data-uploads]"), { subtree: true, attributeFilter: ["value"] });
    }""")
    newcomer.locator("[data-upload] input[type=file]").set_input_files(paper)
    expect(newcomer.locator("li.upload")).to_contain_text("Here")
    assert len(pieces) > 1
    assert any(0 < value < 100 for value in newcomer.evaluate("progress"))
    row = member.locator("[data-files] li.row", has_text="Kiln calendar")
    member.goto(GROUP + "documents/")
    expect(row).to_contain_text("Priya Raghunathan")
    row.get_by_role("link", name=re.compile("Kiln calendar")).first.click()
    with member.expect_download() as download:
        member.get_by_role("link", name=re.compile("Download")).first.click()
    assert download.value.path().read_bytes() == paper.read_bytes()

    # She and João talk, each seeing the other's words as they come.
    for page in (newcomer, member):
        page.goto(GROUP + "chat/")
        expect(page.locator("#chat")).to_have_attribute("data-connection", "live")
    newcomer.get_by_label("Message", exact=True).fill("Good morning from the kilns")
    newcomer.get_by_role("button", name="Send", exact=True).click()
    heard = member.locator("#log article", has_text="Good morning from the kilns")
    expect(heard).to_contain_text("Priya Raghunathan")
    member.get_by_label("Message", exact=True).fill("Welcome, Priya!")
    member.keyboard.press("Enter")
    expect(newcomer.locator("#log article", has_text="Welcome, Priya!")).to_contain_text("João Semedo")

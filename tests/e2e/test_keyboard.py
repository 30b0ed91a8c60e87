"""Without a mouse: one always sees where one is, nothing swallows the focus, and everything can be done."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import GROUP, LEAD, MEMBER, PASSWORD

# What a style changes on focus is there two frames later.
FOCUS = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const ring = (element) => {
    const style = getComputedStyle(element);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
  };
  const box = here.getBoundingClientRect();
  const name = `${here.tagName} ${here.ariaLabel ?? here.textContent.trim().slice(0, 40)} at ${location.pathname}`;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const seen = box.width > 0 && box.height > 0 && inside;
  return { name, seen, ring: ring(here) || ring(here.parentElement) };
}"""
STEPS = 250


def tab_to(page, wanted, key="Tab"):
    """Press Tab until `wanted` has the focus; each place on the way can be seen and shows that it is the one."""
    expect(wanted).to_be_attached()
    for _ in range(STEPS):
        page.keyboard.press(key)
        if focus := page.evaluate(FOCUS):
            assert focus["seen"], f"{focus['name']} has the focus out of sight"
            assert focus["ring"], f"{focus['name']} does not show that it has the focus"
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{STEPS} times {key} did not lead to {wanted}")


def follow(page, wanted):
    """Go to a link and follow it."""
    address = page.url
    tab_to(page, wanted)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != address)


def test_signing_in_reading_answering_and_talking(open_as):
    page = open_as()
    page.goto("/account/login/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type(MEMBER)
    page.keyboard.press("Tab")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("/")

    follow(page, page.locator(f"main a[href='{GROUP}']").first)
    expect(page.locator("h1")).to_have_text("Supply Chains")
    follow(page, page.get_by_role("navigation").get_by_role("link", name="Threads"))
    follow(page, page.locator(".row__title a").first)

    tab_to(page, page.get_by_role("textbox", name="Your answer"))
    page.keyboard.type("Written without a mouse.")
    tab_to(page, page.get_by_role("button", name="Preview"))
    page.keyboard.press("Space")
    expect(page.locator("[data-preview]")).to_have_text("Written without a mouse.")
    expect(page.get_by_role("button", name="Preview")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Post", exact=True), key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("article.post").last).to_contain_text("Written without a mouse.")

    follow(page, page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Supply Chains"))
    follow(page, page.get_by_role("navigation").get_by_role("link", name="Chat"))
    expect(page.locator("#chat")).to_have_attribute("data-connection", "live")
    composer = page.get_by_label("Message", exact=True)
    # A room holds many messages, each with its acts: one link leads past them.
    tab_to(page, page.get_by_role("link", name="Skip to the message box"))
    page.keyboard.press("Enter")
    expect(composer).to_be_focused()
    page.keyboard.type("Said without a mouse")
    page.keyboard.press("Enter")
    own = page.locator("#log article", has_text="Said without a mouse")
    expect(own).to_be_visible()
    expect(own).not_to_contain_text("Sending")
    expect(composer).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(composer).to_have_value("Said without a mouse")
    page.keyboard.type(", and changed")
    page.keyboard.press("Enter")
    expect(page.locator("#log article", has_text="Said without a mouse, and changed")).to_contain_text("edited")
    expect(composer).to_be_focused()
    tab_to(page, own.get_by_role("link", name="Reply"), key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#context")).to_contain_text("In reply to João Semedo")
    expect(composer).to_be_focused()


def test_the_account_menu(open_as):
    page = open_as(MEMBER)
    page.goto("/")
    menu = page.get_by_label("Your account")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    profile = page.get_by_role("link", name="Profile and settings")
    expect(profile).to_be_visible()
    tab_to(page, page.locator(".menu").get_by_role("button", name="Light or dark"))
    page.keyboard.press("Escape")
    expect(profile).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Space")
    follow(page, profile)
    expect(page).to_have_url(re.compile("/account/profile/$"))


def test_deciding_on_a_request(open_as):
    """A request is declined by keyboard: the question opens, asks for the reason, and is answered."""
    page = open_as(LEAD)
    page.goto(GROUP + "members/")
    request = page.locator("section[aria-labelledby=requests] article").first
    name = request.locator("h3").inner_text()
    tab_to(page, request.locator("summary", has_text="Decline"))
    page.keyboard.press("Enter")
    tab_to(page, request.get_by_label("Reason"))
    page.keyboard.type("We are full until the spring.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("section[aria-labelledby=requests] article", has_text=name)).to_have_count(0)
    expect(page.locator("main")).to_be_visible()

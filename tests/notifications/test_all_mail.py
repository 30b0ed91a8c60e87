"""T18. Everything that mail can say is listed here and was judged: a kind of notice, a letter or a template that is new fails.

What a notice says by mail is a sentence that is the same for everybody: no names, titles or words can stand in it. Of a hidden
group no kind of letter says anything; `tests/plugins/mail.py` reads the mail of all other tests for that too.
"""

import ast
import inspect
import re
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.base import FilterExpression, Node, Variable
from django.template.loader import get_template
from django.template.smartif import TokenBase
from django.utils.module_loading import import_string

from discussions import services
from groups import services as group_services
from groups.models import Find, Group
from groups.standing import Standing
from notifications import levels, outbox
from notifications.models import Channel, Level
from tests.letters import everything
from tests.plugins.mail import HIDDEN

# --- Notices ----------------------------------------------------------------------------------------------------------

LETTER = 3
"""The place of the sentence for mail among what a `Rendered` is made of."""

TRANSLATED = {"_": 1, "gettext": 1, "ngettext": 2}
"""Functions that translate, with how many of their arguments are sentences."""


def notices():
    """Return the functions that say how notices read, each with the names of its kinds."""
    found = {}
    for kind, function in import_string(settings.NOTICE_KINDS).items():
        found.setdefault(function, []).append(kind)
    return found


def functions_of(module):
    """Return the functions of a module by name."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def called(within):
    """Return every call in a piece of a module, with the name that is called."""
    for one in ast.walk(within):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name):
            yield one.func.id, one


def argument(call, name, place):
    """Return what a call gives for an argument, None where it gives nothing."""
    by_name = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return by_name[0] if by_name else call.args[place] if place < len(call.args) else None


class Sentences:
    """What the notices of a kind may say by mail, read from their source: each way it can come about, followed to its end."""

    def __init__(self, function):
        self.found, self.other = set(), []
        self._in_function(function.__module__, function.__name__, {})

    def _in_function(self, module, name, given):
        functions = functions_of(module)
        function = functions[name]
        names = {
            target.id: one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        names |= {one.name: one for one in ast.walk(function) if isinstance(one, ast.FunctionDef)}
        scope = {name: (value, given) for name, value in names.items()} | given
        for callee, call in called(function):
            if callee == "Rendered":
                if (letter := argument(call, "letter", LETTER)) is not None:
                    self._of(letter, scope)
            elif callee != name:
                self._follow(module, functions, callee, call, scope)

    def _follow(self, module, functions, callee, call, scope):
        """Look into a function that is called, with what it is given, where it makes notices."""
        home = module if callee in functions else getattr(getattr(sys.modules[module], callee, None), "__module__", "")
        if not home.rpartition(".")[2].endswith("notices"):
            return
        target = functions_of(home).get(callee)
        if target is None:
            return
        spots = [one.arg for one in (*target.args.args, *target.args.kwonlyargs)]
        given = {
            spot: (value, scope)
            for place, spot in enumerate(spots)
            if (value := argument(call, spot, place)) is not None
        }
        self._in_function(home, callee, given)

    def _of(self, expression, scope):
        match expression:
            case ast.Constant(value=str() as words):
                self._say(words)
            case ast.IfExp(body=one, orelse=other):
                self._of(one, scope)
                self._of(other, scope)
            case ast.Call(func=ast.Name(id=name), args=args) if name in TRANSLATED:
                for one in args[: TRANSLATED[name]]:
                    self._of(one, scope)
            case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)) if name in scope:
                self._of(*scope[name])
            case ast.Lambda(body=body):
                self._of(body, scope)
            case ast.FunctionDef():
                for one in ast.walk(expression):
                    if isinstance(one, ast.Return) and one.value is not None:
                        self._of(one.value, scope)
            case _:
                self.other.append(ast.unparse(expression))

    def _say(self, words):
        if words:
            (self.other.append if re.search(r"%|\{", words) else self.found.add)(words)


SILENT = {"mention", "reply", "announcement", "focal_point_missing"}
"""Notices without a letter of their own: of the first three the letters about posts tell, the last waits in the queue."""


@pytest.mark.parametrize("kinds", sorted(map(tuple, notices().values())), ids=lambda kinds: kinds[0])
def test_what_a_notice_says_by_mail_is_the_same_sentence_for_everybody(kinds):
    functions = {tuple(kinds): function for function, kinds in notices().items()}
    said = Sentences(functions[kinds])
    assert said.other == [], "Names and titles have no place in a letter about a notice."
    assert bool(said.found) != bool(SILENT & set(kinds))


def test_sentences_with_names_in_them_would_be_found():
    """The same of the sentence in the page, which has names in it."""
    (function,) = [one for one, kinds in notices().items() if "membership_requested" in kinds]
    said = Sentences(function)
    assert said.found == {"An organisation asks to join a group that you lead."}
    said._of(ast.parse('_("%(group)s is open.") % {"group": group}', mode="eval").body, {})
    said._of(ast.parse('_("%(group)s is open.")', mode="eval").body, {})
    said._of(ast.parse("group.name", mode="eval").body, {})
    assert len(said.other) == 3


# --- Templates of letters ---------------------------------------------------------------------------------------------

ALWAYS = {"site_name", "site_url", "url", "login_url", "signup_url", "reset_url", "password_reset_url", "activate_url"}
OWN = {"from_email", "to_email", "deleted_email", "timestamp", "ip"}
"""What a letter about the reader's account says of themselves."""

JUDGED = {
    # Named only where everybody may find the group: the last test below.
    "groups/mail/invitation_message.txt": {"public", "invitation.group.name", "invitation.message"},
    # Who invites somebody to act for their own organisation; no group stands there.
    "partners/mail/invitation_message.txt": {
        *("named", "invitation.invited_by.display_name", "invitation.organisation.name", "invitation.message"),
    },
    "partners/mail/invitation_subject.txt": {"named", "invitation.organisation.name"},
    # What became of a mail of the reader's own.
    "discussions/mail/refused_message.txt": {"said"},
    "discussions/mail/remark_message.txt": {"said"},
}

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(
    str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.txt") if {"mail", "email"} & set(path.parts)
)


def names_of(part):
    """Return the names of what a part of a template keeps, with slots or without."""
    slots = [name for one in type(part).__mro__ for name in getattr(one, "__slots__", ())]
    return [*getattr(part, "__dict__", {}), *slots]


def looked_at(part, seen):
    """Give every variable at which a compiled template looks, whatever its tags keep them in."""
    if id(part) in seen or isinstance(part, str | bytes | int | float | type(None)):
        return
    seen[id(part)] = part
    if isinstance(part, Variable):
        if part.lookups:
            yield ".".join(part.lookups)
        return
    if isinstance(part, dict):
        within = list(part.values())
    elif isinstance(part, list | tuple | set):
        within = list(part)
    elif isinstance(part, Node | FilterExpression | TokenBase):
        within = [getattr(part, name) for name in names_of(part) if hasattr(part, name)]
    else:
        return
    for one in within:
        yield from looked_at(one, seen)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_of_a_letter_looks_at_what_was_judged_and_at_nothing_else(name):
    variables = set(looked_at(get_template(name).template.nodelist, {}))
    judged = ALWAYS | JUDGED.get(name, set()) | (OWN if name.startswith(("account/", "mfa/")) else set())
    assert variables <= judged
    assert JUDGED.get(name, set()) <= variables


def test_every_template_that_was_judged_is_there():
    assert set(JUDGED) <= set(TEMPLATES)
    assert {name.partition("/")[0] for name in TEMPLATES} == {"account", "mfa", "groups", "partners", "discussions"}


# --- Letters that are made of posts and notices -----------------------------------------------------------------------

CANARY, TITLE = "kestrel", "Albatross"
WRITTEN = [CANARY, TITLE, "Lina", "Dockers"]


class Story:
    """What happens in one group that its member is told of by letters."""

    def __init__(self, group, lead, member, deliver, digest):
        self.group, self.lead, self.member, self.deliver, self.digest = group, lead, member, deliver, digest

    def start(self, level):
        levels.choose(self.member, channel=Channel.MAIL, level=level, group_id=self.group.pk)
        by = Standing.of(self.lead, self.group).speak()
        services.start_thread(self.group, by=by, title=TITLE, body=f"A {CANARY}.", key=uuid.uuid4())

    def post(self):
        self.start(Level.AT_ONCE)
        return self.deliver()

    def daily(self):
        self.start(Level.DAILY)
        return self.digest()

    def weekly(self):
        self.start(Level.WEEKLY)
        return self.digest(weekly=True)

    def notice(self):
        by = Standing.of(self.lead, self.group).act()
        group_services.silence(self.group, self.member, by=by, days=7, reason=f"A {CANARY}.")
        return self.deliver()


# Invitations go to people of no group: the test of their own is below.
KINDS = sorted(set(import_string(settings.LETTER_KINDS)) - {"colleague", "invitation"})


@pytest.fixture
def letters_of(lead, member, deliver, digest):
    """Have a letter of a kind sent to the member about a group; return everything that was sent, as it is read."""

    def letters_of(kind, group):
        letters = getattr(Story(group, lead, member, deliver, digest), kind)()
        assert [member.email] in [letter.to for letter in letters]
        return [everything(letter) for letter in letters]

    return letters_of


@pytest.mark.parametrize("wish", [False, True], ids=["without-content", "with-content"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_letter_says_anything_of_a_hidden_group(kind, wish, hidden_group, letters_of):
    Group.objects.filter(pk=hidden_group.pk).update(mail_content=wish)
    hidden_group.refresh_from_db()
    for words in letters_of(kind, hidden_group):
        assert [secret for secret in [HIDDEN, hidden_group.slug, *WRITTEN] if secret in words] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_letter_says_a_word_that_was_written_where_the_leads_did_not_choose_so(
    kind, supply_chains, letters_of
):
    for words in letters_of(kind, supply_chains):
        assert [secret for secret in WRITTEN if secret in words] == []


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"notice"}))
def test_and_where_they_chose_so_it_does(kind, supply_chains, letters_of):
    Group.objects.filter(pk=supply_chains.pk).update(mail_content=True)
    supply_chains.refresh_from_db()
    assert any(CANARY in words and TITLE in words for words in letters_of(kind, supply_chains))


@pytest.mark.parametrize("find", Find)
def test_an_invitation_names_no_group_that_not_everybody_finds(find, hidden_group, lead, mailoutbox):
    Group.objects.filter(pk=hidden_group.pk).update(find=find, name="Silent Bay")
    hidden_group.refresh_from_db()
    group_services.invite(
        hidden_group,
        by=Standing.of(lead, hidden_group).act(),
        email="guest@example.org",
        message=f"A {CANARY}.",
        key=uuid.uuid4(),
    )
    mailoutbox.clear()
    outbox.send_due()
    (letter,) = mailoutbox
    said = [secret for secret in ["Silent Bay", CANARY, hidden_group.slug, "Lina"] if secret in everything(letter)]
    assert said == (["Silent Bay", CANARY] if find == Find.PUBLIC else [])


def test_all_mail_of_the_run_is_read_for_the_hidden_name(mail_read, supply_chains):
    for subject, text in ((HIDDEN, "words"), ("words", HIDDEN)):
        EmailMessage(subject, text, to=["member@example.org"]).message()
    message = EmailMultiAlternatives("words", "words", to=["member@example.org"])
    message.attach_alternative(f"<p>{HIDDEN}</p>", "text/html")
    message.message()
    EmailMessage("harmless", "words", to=["member@example.org"]).message()
    assert mail_read == [HIDDEN, "words", "words"]
    mail_read.clear()

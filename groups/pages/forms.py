"""What people fill in to begin a page and to write in it without a script."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from groups.documents.forms import KeyedForm, PlaceField, add_capacity
from groups.documents.library import Library
from groups.documents.names import TITLE_LENGTH
from groups.documents.services.uploads import NOTE_LENGTH
from groups.pages.content import Node
from groups.pages.content.from_docx import read as read_docx
from groups.pages.content.from_markdown import LONGEST, parsed
from groups.pages.models import Template
from groups.pages.models.template import NAME_LENGTH
from groups.pages.services.templates import OUTLINES, outline
from partners.capacity import Capacity

FILE_MAX = 10 * 1024**2
OWN = "own-"
"""What choices of the group's own templates begin with: no outline is called so."""


class NewPageForm(KeyedForm):
    """A new page: its title and its place."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))
    outline = forms.ChoiceField(
        label=_("Begin with"),
        required=False,
        choices=[("", _("An empty page")), *((name, one.label) for name, one in OUTLINES.items())],
    )
    file = forms.FileField(
        label=_("Or with a file"),
        required=False,
        help_text=_("A Word file (.docx) or a text in Markdown (.md), of at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".docx,.md,.markdown,.txt"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = {
            f"{OWN}{one.pk}": one for one in Template.objects.filter(group=self.library.group).order_by("name", "pk")
        }
        if self.templates:
            outlines = [(name, one.label) for name, one in OUTLINES.items()]
            own = [(name, one.name) for name, one in self.templates.items()]
            self.fields["outline"].choices = [  # type: ignore[attr-defined]
                ("", _("An empty page")),
                (_("Templates of this group"), own),
                (_("For every group"), outlines),
            ]
        self.fields["folder"] = PlaceField(library=self.library, label=_("Folder"))
        self.order_fields(["key", "as", "title", "folder", "outline", "file"])

    @property
    def begins_with(self) -> str:
        """The text that was chosen, in Markdown."""
        chosen = self.cleaned_data["outline"]
        own = self.templates.get(chosen)
        return own.text if own else outline(chosen)

    def ask_for_file(self) -> None:
        """Say beside the field that a file that was good has to be chosen again: no browser shows it in a refused form."""
        if self.errors and self.files.get("file") and "file" not in self.errors:
            self.add_error("file", _("Choose the file again: a form that was refused comes back without it."))

    def clean_file(self) -> tuple[Node, ...] | None:
        """Return the blocks of the file, if one was sent."""
        file = self.cleaned_data.get("file")
        if not file:
            return None
        if file.size > FILE_MAX:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        try:
            return read_docx(file) if file.name.lower().endswith(".docx") else parsed(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("This is no text in UTF-8, and no Word file (.docx).")) from error
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class TemplateForm(KeyedForm):
    """The name of a template."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))


class WriteForm(forms.Form):
    """The whole text in Markdown, and the text it was made from."""

    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        max_length=LONGEST,
        help_text=_("In Markdown: # heading, - list, **bold**, *italic*, [link](address), ^[note]."),
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 24, "spellcheck": "true"}),
    )
    base = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, library: Library, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.library = library
        add_capacity(self, library.standing.capacities)
        self.order_fields(["as", "text", "base"])

    @property
    def capacity(self) -> Capacity:
        """The capacity named under `as`, or the only one."""
        return self.library.standing.speak(self.cleaned_data.get("as"))


class NameForm(KeyedForm):
    """A name for the page as it is now."""

    note = forms.CharField(
        label=_("Name of the version"),
        max_length=NOTE_LENGTH,
        help_text=_("Such as “as sent to the members” or “after the meeting of 3 May”."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

"""What people fill in to put documents into a library and to keep it in order."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from groups.documents.library import Library
from groups.documents.models import Folder, Rights
from groups.documents.models.folder import NAME_LENGTH
from groups.documents.names import TITLE_LENGTH
from groups.documents.services.uploads import NOTE_LENGTH
from groups.documents.types import ACCEPT
from partners.capacity import Capacity

# What a column for a version's number holds.
LAST_NUMBER = 2**31 - 1


HOLDS = [(1, _("One day")), (3, _("Three days")), (7, _("One week")), (14, _("Two weeks"))]


class KeyedForm(forms.Form):
    """A form that makes something once, however often it is sent, in the name of one organisation."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, library: Library, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.library = library
        add_capacity(self, library.standing.capacities)

    def renew_key(self) -> None:
        """Make the next sending another one: a browser does not keep which file was chosen for this."""
        self.data = {**dict(self.data.items()), "key": str(uuid.uuid4())}

    @property
    def capacity(self) -> Capacity:
        """The capacity named under `as`, or the only one."""
        return self.library.standing.speak(self.cleaned_data.get("as"))


def add_capacity(form: forms.Form, capacities: Sequence[Capacity]) -> None:
    """Ask for which organisation the person speaks, where they have several."""
    if len(capacities) > 1:
        choices = [("", str(_("Choose…")))]
        choices += [(str(one.organisation_id), str(one.organisation)) for one in capacities]
        form.fields["as"] = forms.ChoiceField(
            label=_("For which organisation"),
            choices=choices,
            error_messages={"required": _("Choose the organisation.")},
        )


class PlaceField(forms.TypedChoiceField):
    """A folder of the library, or its top."""

    def __init__(self, *, library: Library, apart_from: Folder | None = None, **kwargs: Any) -> None:
        choices = [("", _("Top of the library")), *library.places(apart_from=apart_from)]
        super().__init__(
            choices=choices,
            coerce=lambda value: library.folders[int(value)],
            empty_value=None,
            required=False,
            error_messages={"invalid_choice": _("This folder is not there any more. Choose another.")},
            **kwargs,
        )


class Files(forms.ClearableFileInput):
    """A field of several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; names are cleaned and types are asked where each is taken in."""

    def __init__(self, *, multiple: bool = True, **kwargs: Any) -> None:
        widget = (Files if multiple else forms.FileInput)(attrs={"accept": ACCEPT})
        super().__init__(widget=widget, error_messages={"required": _("Choose a file.")}, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files that were sent."""
        sent = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not sent:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return sent


def _limits() -> str:
    """Say what fits into one sending of the plain form."""
    return _("At most %(limit)d MB in all.") % {"limit": settings.FORM_UPLOAD_LIMIT // 1024**2}


def add_original(form: forms.Form, library: Library) -> None:
    """Ask leads why a picture is to be kept as it was taken; of everybody else's, place, time and camera are taken out."""
    if library.standing.may_moderate:
        form.fields["original"] = forms.CharField(
            label=_("Keep what files say of people and places, because"),
            required=False,
            max_length=NOTE_LENGTH,
            help_text=_(
                "Left empty, place, time and camera are taken out of pictures, and author and company out of office files. "
                "The reason is shown and recorded."
            ),
            widget=forms.TextInput(attrs={"dir": "auto"}),
        )


def add_accepted(form: forms.Form) -> None:
    """Let the sender of a whole form say beforehand what a script asks about each file."""
    form.fields["accepted"] = forms.BooleanField(
        label=_("Share files also where tracked changes, comments, photographs or a PDF’s author tell of people"),
        required=False,
        help_text=_("A signed file whose author is taken out is shared without its signature."),
    )


class UploadForm(KeyedForm):
    """New documents in a folder."""

    file = FilesField(label=_("Files"))
    as_version = forms.BooleanField(
        label=_("Where a document has the same file name here, add the file to it as a new version"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _limits()
        add_original(self, self.library)
        add_keep_both(self)
        add_accepted(self)
        self.order_fields(["key", "as", "file", "as_version", "keep_both", "accepted", "original"])


def add_keep_both(form: forms.Form) -> None:
    """Let the sender of a whole form say beforehand what a script asks about files that are here already."""
    form.fields["keep_both"] = forms.BooleanField(
        label=_("Add files also where the same is here already under another name"), required=False
    )


class VersionForm(KeyedForm):
    """A new version of a document."""

    file = FilesField(label=_("File"), multiple=False)
    note = forms.CharField(
        label=_("What changed"),
        required=False,
        max_length=NOTE_LENGTH,
        help_text=_("A few words, for those who read the earlier version."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    base = forms.IntegerField(required=False, min_value=1, max_value=LAST_NUMBER, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _limits()
        add_original(self, self.library)
        add_accepted(self)
        self.order_fields(["key", "as", "file", "note", "accepted", "original", "base"])


class RestoreForm(KeyedForm):
    """An earlier version made the newest again."""

    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class FolderForm(KeyedForm):
    """A new folder."""

    name = forms.CharField(
        label=_("Name of the folder"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = PlaceField(library=self.library, label=_("Inside"))
        self.order_fields(["key", "as", "name", "parent"])


class FolderNameForm(forms.Form):
    """Another name for a folder, and the one that was seen."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))
    was = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)


class TitleForm(forms.Form):
    """Another title for a document, and the one that was seen."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))
    was = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)


class WideningForm(forms.Form):
    """A form whose act may let more people see something, which it asks once it has been found to do so."""

    def ask_to_widen(self, question: str) -> None:
        """Ask, in the form as it is shown again."""
        self.fields["widen"] = forms.BooleanField(label=question, required=False)

    @property
    def widens(self) -> bool:
        """Whether it was asked, and ticked."""
        return "widen" in self.data


class MoveForm(WideningForm):
    """Another folder for a document or a folder."""

    def __init__(self, *args: Any, library: Library, apart_from: Folder | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["folder"] = PlaceField(library=library, apart_from=apart_from, label=_("Folder"))


class CopyForm(MoveForm):
    """Where a copy of a document comes to lie, made once however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, library: Library, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, library=library, **kwargs)
        add_capacity(self, library.standing.capacities)


class RightsForm(WideningForm):
    """Who writes in a folder and who sees it."""

    rights = forms.ChoiceField(
        label=_("Who writes, and who sees it"), choices=Rights.choices, widget=forms.RadioSelect
    )


class HoldForm(forms.Form):
    """For how long somebody works on a document elsewhere, and at what."""

    days = forms.TypedChoiceField(label=_("For how long"), coerce=int, initial=3, choices=HOLDS)
    note = forms.CharField(
        label=_("What you do"),
        required=False,
        max_length=200,
        help_text=_("A few words for the others, such as “section 3”."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class CompareForm(forms.Form):
    """Two versions of a document."""

    def __init__(self, *args: Any, newest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newest = newest
        for name, label, initial in (("old", _("From version"), max(newest - 1, 1)), ("new", _("to version"), newest)):
            number = forms.IntegerField(label=label, initial=initial, min_value=1, max_value=newest)
            number.widget.attrs |= {"class": "input--number", "inputmode": "numeric"}
            self.fields[name] = number

    def chosen(self) -> tuple[int, int]:
        """Return the two numbers; those of the last change where none were chosen, or none that there are."""
        if self.is_bound and self.is_valid():
            return self.cleaned_data["old"], self.cleaned_data["new"]
        return max(self.newest - 1, 1), self.newest


class PlaceForm(forms.Form):
    """Where a script has a folder made; nothing is the library's top."""

    folder = forms.IntegerField(required=False, min_value=1)


class StartForm(forms.Form):
    """A file announced by a script."""

    key = forms.UUIDField()
    name = forms.CharField(max_length=1000, strip=False)
    size = forms.IntegerField(min_value=0)
    folder = forms.IntegerField(required=False, min_value=1)
    document = forms.IntegerField(required=False, min_value=1)
    base = forms.IntegerField(required=False, min_value=1, max_value=LAST_NUMBER)
    note = forms.CharField(required=False, max_length=NOTE_LENGTH)
    original = forms.CharField(required=False, max_length=NOTE_LENGTH)
    twin = forms.ChoiceField(required=False, choices=[("", ""), ("keep", "keep")])
    # Into the folder of what comes from the chat, where no other was chosen.
    from_chat = forms.BooleanField(required=False)

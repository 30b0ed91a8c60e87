"""A group's own templates: kept from a page, renamed and removed by its leads."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from groups.documents.names import clean_title
from groups.documents.services.locking import locked_library
from groups.pages.models import Page, Template
from groups.pages.models.template import NAME_LENGTH
from groups.pages.services.saving import settled_text_of
from groups.services.speaking import speaking
from groups.standing import NotAllowed, Standing
from partners.capacity import Capacity

MOST = 50


@transaction.atomic
def keep_template(page: Page, *, name: str, by: Capacity, key: uuid.UUID) -> Template:
    """Keep what the page says now, without what is only suggested, for new pages. The same key gives the same template."""
    name = clean_title(name, NAME_LENGTH)
    library = locked_library(page.document.group_id, by)
    if known := Template.objects.filter(author=by.user, key=key, group=library.group).first():
        return known
    by = _leading(library.standing, by)
    if not library.documents.filter(pk=page.pk).exists():
        raise Conflict(_("The document was deleted meanwhile."))
    _refuse_twin(library.standing, name)
    if Template.objects.filter(group=library.group).count() >= MOST:
        raise DomainError(_("A group has at most %(count)d templates. Remove one first.") % {"count": MOST})
    text = settled_text_of(page.pk)
    if not text.strip():
        raise DomainError(_("Nothing is written here yet."))
    template = Template(group=library.group, name=name, text=text, key=key)
    template.speak_as(by)
    template.save()
    record(by, "template.kept", template, document=page.pk)
    return template


@transaction.atomic
def rename_template(template: Template, *, name: str, by: Capacity) -> None:
    """Give the template another name, free in its group."""
    name = clean_title(name, NAME_LENGTH)
    library = locked_library(template.group_id, by)
    by = _leading(library.standing, by)
    template = _standing(template)
    if template.name == name:
        return
    _refuse_twin(library.standing, name, apart_from=template)
    record(by, "template.renamed", template, was=template.name, now=name)
    template.name = name
    template.save(update_fields=["name"])


@transaction.atomic
def remove_template(template: Template, *, by: Capacity) -> None:
    """Offer the template for new pages no longer; pages that began with it stay as they are."""
    library = locked_library(template.group_id, by)
    by = _leading(library.standing, by)
    template = _standing(template)
    record(by, "template.removed", template, name=template.name)
    template.delete()


def _leading(standing: Standing, by: Capacity) -> Capacity:
    by = speaking(standing, by)
    if not standing.may_moderate:
        raise NotAllowed(_("Only leads of the group do this."))
    return by


def _standing(template: Template) -> Template:
    found = Template.objects.filter(pk=template.pk).first()
    if found is None:
        raise Conflict(_("The template was removed meanwhile."))
    return found


def _refuse_twin(standing: Standing, name: str, *, apart_from: Template | None = None) -> None:
    others = Template.objects.filter(group=standing.group)
    if apart_from is not None:
        others = others.exclude(pk=apart_from.pk)
    if any(one.casefold() == name.casefold() for one in others.values_list("name", flat=True)):
        raise DomainError(_("There is a template of this name already."))

"""The editor below the posts: what stands in it when the page is opened, and when it comes back refused."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from discussions.forms import PostForm
from discussions.views.requests import number
from partners.capacity import Capacity


@dataclass
class Composer:
    """The editor of an answer: what stands in it, and what was wrong with it."""

    capacities: Sequence[Capacity]
    body: str = ""
    reply: int = 0
    seen: int = 0
    kept: bool = False
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    chosen: str = ""
    errors: Sequence[tuple[str, str]] = ()

    @classmethod
    def of_form(
        cls, form: PostForm, capacities: Sequence[Capacity], *, reply: bool = True, judged: bool = True
    ) -> "Composer":
        """Return the editor with what was sent, and, if the form was judged, what was wrong with it."""
        sent = {name: str(form.data.get(name, "")) for name in ("key", "body", "reply", "seen", "as")}
        found = form.errors.get_json_data().items() if judged else ()
        return cls(
            capacities,
            body=sent["body"],
            reply=number(sent["reply"]) if reply else 0,
            seen=number(sent["seen"]),
            key=sent["key"],
            chosen=sent["as"],
            errors=[
                ("body" if name == "__all__" else name, error["message"]) for name, texts in found for error in texts
            ],
        )

"""One page of a thread: twenty posts by their numbers. It costs the same in a thread of 20 posts and of 10,000."""

from discussions.views.acts import SIZE
from discussions.views.page.composer import Composer
from discussions.views.page.thread_page import ThreadPage, page_of

__all__ = ["SIZE", "Composer", "ThreadPage", "page_of"]

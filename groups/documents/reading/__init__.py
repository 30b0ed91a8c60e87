"""What is in a file, without opening it: the text of its pages, and pictures of them.

Files come from outside, and what reads them is large and written in C. So a child process reads them, which has a bounded time,
bounded memory and, where the system allows it, no network; whatever it does, the process that asks goes on. Nothing in this
package but `child` and what it imports parses a file, and nothing in it needs Django.
"""

from groups.documents.reading.asking import Unreadable, clean_picture, pictures_of, said_in, text_of
from groups.documents.reading.pages import (
    MOST_PIXELS,
    PICTURED,
    PICTURES,
    READABLE,
    Extent,
    Page,
    Pages,
    Picture,
    Said,
)
from groups.documents.reading.parting import parted
from groups.documents.reading.printed import PRINTABLE, printed

__all__ = [
    "MOST_PIXELS",
    "PICTURED",
    "PICTURES",
    "PRINTABLE",
    "READABLE",
    "Extent",
    "Page",
    "Pages",
    "Picture",
    "Said",
    "Unreadable",
    "clean_picture",
    "parted",
    "pictures_of",
    "printed",
    "said_in",
    "text_of",
]

"""From what a mail program sends to what a person wrote: without the quotation of what they answer, and their signature.

In this order: our own line, below which nothing is read; the lines with which programs begin a quotation; the signs of quoting;
a signature. Where none of that is found, a library that knows more programs is asked. When in doubt more is kept, not less:
the whole mail is kept beside it.
"""

from discussions.mail.trimming.answer import answer_in, answer_in_html

__all__ = ["answer_in", "answer_in_html"]

"""Mail that no person wrote: answers of absence, receipts, reports of delivery, what lists and our own letters send back."""

import re

from discussions.mail.parsing.letter import Letter

LOOP_HEADER = "X-Loop"
MAILERS = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-daemon|double-bounce|bounces?|noreply-dmarc.*)@", re.IGNORECASE
)
# Programs that say nothing else of themselves begin the subject so.
SUBJECTS = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|answer)|out of (?:the )?office|autoreply|vacation|"
    r"réponse automatique|absence(?: du bureau)?\s*:|absent du bureau|"
    r"respuesta autom[áa]tica|fuera de (?:la )?oficina|automatische (?:antwort|beantwortung)|abwesenheitsnotiz|abwesend:|"
    r"resposta autom[áa]tica|fora do escrit[óo]rio|ausência temporária|الرد التلقائي|رد تلقائي|خارج المكتب|"
    r"undeliverable:|delivery status notification|mail delivery failed|returned mail:|read:|gelesen:|lu :|leído:|lido:)",
    re.IGNORECASE,
)
KINDS = {"multipart/report", "message/delivery-status", "message/disposition-notification"}


def is_automatic(letter: Letter, *, sender: str, domain: str) -> bool:
    """Say whether a program sent it; `sender` is the envelope's, empty for those that must not be answered (RFC 3834)."""
    says = letter.first("Auto-Submitted").partition(";")[0].strip().lower()
    if says and says != "no":
        return True
    if sender.strip("<> ") == "" or letter.first("Return-Path") == "<>" or MAILERS.match(sender.strip("<> ")):
        return True
    if letter.first("Precedence").lower() in {"bulk", "junk", "list", "auto_reply", "auto-reply"}:
        return True
    if any(
        letter.headers.get(name)
        for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "List-Id")
    ):
        return True
    if domain and any(domain in value.lower() for value in letter.all(LOOP_HEADER)):
        return True
    if MAILERS.match(letter.sender) or letter.headers.get_content_type() in KINDS:
        return True
    return bool(SUBJECTS.match(letter.subject))

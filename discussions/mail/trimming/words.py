"""What mail programs write in the languages they are used in: above a quotation, in its head, and below what was written.

Every expression is bounded and takes one line, or three joined by spaces; none can be made to search for long.
"""

import re

# "On Mon, 3 March 2025 at 10:11, Ana Silva <ana@example.org> wrote:", as Gmail, Apple Mail, Thunderbird and Yahoo have it:
# how it begins and how it ends, by language.
_ATTRIBUTIONS = [
    (r"On\b", r"\bwrote"),
    (r"Le\b", r"\ba\s+écrit"),
    (r"(?:El|En)\b", r"\bescribi[óo]"),
    (r"(?:Am|Den)\b", r"\bschrieb(?:en)?\b.{0,200}"),
    (r"(?:Em|No dia|A)\b", r"\bescreveu"),
    (r"(?:في|بتاريخ|يوم|كتب)", r"(?:كتبت?|كتب/ت|تحريرا|كتب\s*‏?|تمت كتابة ما يلي).{0,200}"),
    (r"Il\b", r"\bha\s+scritto"),
    (r"Op\b", r"\bschreef\b.{0,200}"),
    (r"(?:Dnia|W dniu)\b", r"\bnapisał(?:\(a\))?.{0,200}"),
]
# Thunderbird, Yahoo and others put who before when: "Ana Silva a écrit le …", "Ana Silva <a@b> schrieb am …".
_NAME_FIRST = [
    r".{1,120}\bwrote on .{4,80}",
    r".{1,120}\ba écrit(?: le .{4,80})?\s?",
    r".{1,120}\bescribió(?: el .{4,80})?",
    r".{1,120}\bschrieb am .{4,80}",
    r".{1,120}\bescreveu(?: (?:em|no dia) .{4,80}| \(.{4,80}\))?",
    r"(?:كتب|كتبت|كتب/ت)\s.{1,120}",
]
_ATTRIBUTION = re.compile(
    r"^\W{0,4}(?:"
    + "|".join(rf"{begin}.{{3,320}}?{end}" for begin, end in _ATTRIBUTIONS)
    + r")\W{0,4}[:\uff1a]\W{0,3}$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"^(?:" + "|".join(_NAME_FIRST) + r")\s?[:\uff1a]\s*$", re.IGNORECASE)
# Such a line that names neither an address nor a time may be somebody's own words ("On this my colleague wrote:").
_TELLS = re.compile(r"@|\d{1,2}[:.h]\d{2}|\d{4}|[\u0660-\u0669]{2}")

# The head of what Outlook and others quote: who, when, to whom, about what.
FROM = r"(?:From|De|Von|Da|Van|Od|Från|Fra|من|المرسل)"
SENT = (
    r"(?:Sent|Date|Envoyé|Envoyé le|Enviado|Enviado el|Enviada|Enviada em|Enviado em|Fecha|Gesendet|Datum|Data|Inviato|"
    r"Verzonden|"
    r"تم الإرسال|تاريخ الإرسال|أرسلت|التاريخ|تاريخ)"
)
TO = r"(?:To|À|A|Para|An|Aan|Do|Till|Til|إلى|الى|Cc|CC|Kopie|نسخة)"
SUBJECT = r"(?:Subject|Objet|Sujet|Asunto|Assunto|Betreff|Oggetto|Onderwerp|Temat|Ämne|Emne|الموضوع|موضوع|Re)"
HEAD_FROM = re.compile(rf"^\W{{0,4}}{FROM}\*?\s{{0,2}}[:\uff1a]\*?\s{{0,4}}\S", re.IGNORECASE)
HEAD_OTHER = re.compile(rf"^\W{{0,4}}(?:{SENT}|{TO}|{SUBJECT})\*?\s{{0,2}}[:\uff1a]", re.IGNORECASE)

# "-----Original Message-----" and its like, on a line of their own.
SEPARATOR = re.compile(
    r"^\W{0,3}(?:-{2,}|_{2,}|={2,})\s*(?:Original Message|Original Appointment|Forwarded message|Reply message|"
    r"Message d['’]origine|Message original|Message transféré|Mensaje original|Mensaje reenviado|Mensagem original|"
    r"Mensagem encaminhada|Ursprüngliche (?:Nachricht|Mail)|Original-Nachricht|Weitergeleitete Nachricht|"
    r"الرسالة الأصلية|رسالة أصلية|رسالة معاد توجيهها|رسالة مُعاد توجيهها)\s*(?:-{2,}|_{2,}|={2,})?\s*$"
    r"|^\s*(?:Begin forwarded message|Début du message réexpédié|Début du message transféré|Inicio del mensaje reenviado|"
    r"Anfang der weitergeleiteten Nachricht|Início da mensagem (?:reencaminhada|encaminhada)|"
    r"بداية الرسالة المُعاد توجيهها)\s*[:\uff1a]\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*(?:_{10,}|-{20,}|─{5,}|\*{20,})\s*$")

# What telephones and programs put below: one line each, nothing that a person types.
_FROM_WHAT = (
    r".{0,50}\b(?:iPhone|iPad|iOS|Android|Samsung|Galaxy|Huawei|Xiaomi|BlackBerry|Outlook|Windows|Yahoo|Mail|ProtonMail|Courrier|"
    r"Correo|Gmail|GMX|smartphone|mobile|móvil|téléphone|Handy|Mobiltelefon|telemóvel|celular|tablet|device)\b.{0,50}"
)
_DEVICES = [
    rf"Sent (?:from|via|with|using)\s{_FROM_WHAT}",
    rf"Envoyée? (?:de|depuis|à partir|avec|par|via)\s{_FROM_WHAT}",
    rf"Enviado (?:desde|con|do|de|a partir|pelo|pela|com|a través)\s{_FROM_WHAT}",
    rf"(?:Gesendet|Versendet) (?:von|mit|über|aus)\s{_FROM_WHAT}",
    rf"(?:Von|Mit) meine[mr]\s{_FROM_WHAT}\b(?:gesendet|versendet|geschickt)",
    rf"(?:Diese Nachricht wurde|Diese E-?Mail wurde) von\s{_FROM_WHAT}",
    r"(?:Get|Download|Téléchargez|Télécharger|Obtenez|Obtener|Obtenga|Obtenha|Obter o|Obtenha o|Holen Sie sich)\s"
    r"Outlook (?:for|pour|para|für) .{1,60}",
    r"Outlook (?:for|pour|para|für) (?:iOS|Android).{0,60}",
    r"(?:أُرسلت|أرسلت|مرسل|تم الإرسال|مُرسَل|أُرسل|أرسل)\s(?:من|بواسطة|عبر)\s.{1,60}",
    r"(?:الحصول على|احصل على|تنزيل)\s.{0,20}Outlook.{0,60}",
]
DEVICE = re.compile(r"^\W{0,4}(?:" + "|".join(_DEVICES) + r")\W{0,6}$", re.IGNORECASE)
DASHES = re.compile(r"^(?:--|—|––)\s{0,2}$")
QUOTED = re.compile(r"^\s{0,3}(?:>|\|\s)")

# What programs put before a subject, in any number and order.
_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|sv|antw|rv|ref|réf|res|enc|fw|fwd|wg|tr|vs|rép|رد|إعادة توجيه|تحويل)"
    r"\s{0,2}(?:\[\d{1,3}\])?\s{0,2}[:\uff1a]|\[[^\]]{1,40}\])\s*",
    re.IGNORECASE,
)


def is_attribution(line: str, *, whole: bool = True) -> bool:
    """Say whether the line tells who wrote what is quoted below it; not `whole` are lines joined, which begin as such a line."""
    line = "".join(sign for sign in line.strip() if sign not in "\u200e\u200f\u202a\u202b\u202c\u2068\u2069\u061c")
    if len(line) > 450 or not _TELLS.search(line):
        return False
    return bool(_ATTRIBUTION.match(line) or (whole and _NAMED.match(line)))


def bare_subject(subject: str) -> str:
    """Return a subject without what programs put before it when it is answered or sent on, and without a list's tag."""
    for _ in range(20):
        shorter = _PREFIX.sub("", subject, count=1)
        if shorter == subject:
            break
        subject = shorter
    return " ".join(subject.split())

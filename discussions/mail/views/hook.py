"""The address to which a mail provider posts what came: the mail as it is, and a signature over all of it.

POST /mail/in/            Content-Type: message/rfc822
X-Mail-From: the envelope's sender, empty for the null sender
X-Mail-To: the envelope's recipients, with commas between them
X-Mail-Timestamp: seconds since 1970, at most five minutes off
X-Mail-Signature: HMAC-SHA256 in hex of "<timestamp>\\n<from>\\n<to>\\n" and the body
"""

import hashlib
import hmac
import time

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from discussions.mail.services import TurnedAway, receive

SLACK = 300
MOST_RECIPIENTS = 50
BLOCK = 64 * 1024


@csrf_exempt
@require_POST
def come_in(request: HttpRequest) -> HttpResponse:
    """Take a mail for each of its recipients and say what became of each; 503 asks the provider to bring it again."""
    if not (settings.MAIL_IN_HOOK_KEYS and settings.MAIL_IN_DOMAIN):
        raise Http404
    body = _body(request)
    if body is None:
        return JsonResponse({"error": "too large"}, status=413)
    if not _is_signed(request, body):
        return JsonResponse({"error": "not signed, or not in time"}, status=401)
    recipients = [one.strip() for one in request.headers.get("X-Mail-To", "").split(",") if one.strip()]
    if not recipients or len(recipients) > MOST_RECIPIENTS:
        return JsonResponse({"error": "X-Mail-To must name one recipient to fifty"}, status=400)
    replies, later = {}, False
    for recipient in recipients:
        try:
            receive(body, recipient=recipient, sender=request.headers.get("X-Mail-From", ""))
            replies[recipient] = "250 2.0.0 Kept"
        except TurnedAway as away:
            replies[recipient], later = away.reply, later or away.is_for_now
        except (DatabaseError, OSError):
            replies[recipient], later = "451 4.3.0 Cannot be kept now; try again later", True
    return JsonResponse({"recipients": replies}, status=503 if later else 200)


def _body(request: HttpRequest) -> bytes | None:
    """Return the body, nothing where it is longer than a mail may be."""
    parts, length = [], 0
    while block := request.read(BLOCK):
        length += len(block)
        if length > settings.MAIL_IN_MAX_SIZE:
            return None
        parts.append(block)
    return b"".join(parts)


def _is_signed(request: HttpRequest, body: bytes) -> bool:
    stamp = request.headers.get("X-Mail-Timestamp", "")
    given = request.headers.get("X-Mail-Signature", "").lower()
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12) or abs(time.time() - int(stamp)) > SLACK:
        return False
    said = f"{stamp}\n{request.headers.get('X-Mail-From', '')}\n{request.headers.get('X-Mail-To', '')}\n".encode()
    return any(
        hmac.compare_digest(hmac.new(key.encode(), said + body, hashlib.sha256).hexdigest().encode(), given.encode())
        for key in settings.MAIL_IN_HOOK_KEYS
    )

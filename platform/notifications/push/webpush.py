"""The two standards of web push: what is sent is sealed for one browser (RFC 8291), and signed by this site (RFC 8292)."""

import base64
import json
import os
import struct
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096
"""Bytes of one record; a push message is one record."""

PADDED = 512
"""Bytes to which what is sealed is filled up, so that its length tells nothing: not even a language."""

POINT, SECRET = 65, 16
"""Bytes of a public key as browsers write it, and of the secret that goes with it."""

PrivateKey = ec.EllipticCurvePrivateKey


def encoded(content: bytes) -> str:
    """Return the bytes as URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of URL-safe base64, with or without padding; ValueError for anything else."""
    return base64.b64decode(
        text.encode("ascii").rstrip(b"=") + b"=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True
    )


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key of a point of the curve; ValueError where there is no such point."""
    if len(point) != POINT:
        raise ValueError("Not a public key.")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def point_of(key: PrivateKey) -> bytes:
    """Return the public key that belongs to the private one, as browsers write it."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def new_private_key() -> PrivateKey:
    """Make a key."""
    return ec.generate_private_key(ec.SECP256R1())


def written_key(key: PrivateKey) -> str:
    """Return the private key as text, to be kept."""
    return encoded(key.private_numbers().private_value.to_bytes(32, "big"))


def read_key(text: str) -> PrivateKey:
    """Return the private key that was kept."""
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), ec.SECP256R1())


def seal(
    content: bytes, *, point: bytes, secret: bytes, key: PrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """Return the body of a push message that only the browser with this point and secret can read.

    `key` and `salt` are made anew for every message; they are given only to compare with the example of the standard.
    """
    key, salt = key or new_private_key(), salt or os.urandom(16)
    own = point_of(key)
    shared = key.exchange(ec.ECDH(), public_key(point))
    material = _derived(shared, salt=secret, info=b"WebPush: info\0" + point + own, length=32)
    sealing = _derived(material, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(material, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    sealed = AESGCM(sealing).encrypt(nonce, content + b"\x02", None)
    return salt + struct.pack(">IB", RECORD, len(own)) + own + sealed


def padded(content: dict[str, str]) -> bytes:
    """Return the content as JSON of always the same length; blanks after it mean nothing to who reads it."""
    text = json.dumps(content, ensure_ascii=False).encode()
    if len(text) > PADDED:
        raise ValueError("Too much for a push message.")
    return text.ljust(PADDED)


def authorisation(endpoint: str, key: PrivateKey, *, subject: str, expires: int) -> str:
    """Return the header by which the push service knows this site: a token for its origin, good until `expires`."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": subject}
    signed = ".".join(
        encoded(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
    )
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={encoded(point_of(key))}"


def _derived(material: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)

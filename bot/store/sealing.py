"""Encrypts what the database must not read; a value opens only in the place that it was sealed for."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import SettingsError

_VERSION = "v1"
_SHORTEST = 32  # characters: 128 bits even when they are hexadecimal digits
_NONCE = 12  # bytes, as NIST SP 800-38D wants for GCM; random ones are safe for 2^32 values a key
_FIX = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


class CannotOpenError(Exception):
    """A sealed value does not open."""


class Sealer:
    """Seals with the first of the operator's secrets and opens with all of them; its repr shows none."""

    __slots__ = ("_ciphers", "_kid", "_masters", "prefix")

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise SettingsError(f"BOT_SECRET_KEY is missing, and nothing is stored unencrypted. {_FIX}")
        if any(len(key) < _SHORTEST for key in keys):
            raise SettingsError(f"BOT_SECRET_KEY: each secret needs at least {_SHORTEST} characters. {_FIX}")
        self._masters = {_derive(key.encode(), "kid", 6): key.encode() for key in keys}
        self._ciphers: dict[tuple[bytes, str], AESGCM] = {}
        self._kid = next(iter(self._masters))  # derived from the key, says nothing about it
        #: How values begin that the first secret sealed.
        self.prefix = f"{_VERSION}.{_text(self._kid)}."

    def seal(self, value: bytes, workspace: str, table: str, column: str, row: str) -> str:
        """The value as `v1.<key id>.<nonce>.<ciphertext>`, the last two in base64url."""
        nonce = secrets.token_bytes(_NONCE)
        cipher = self._cipher(self._kid, f"{table}.{column}")
        sealed = cipher.encrypt(nonce, value, _bound_to(_text(self._kid), workspace, table, column, row))
        return f"{self.prefix}{_text(nonce)}.{_text(sealed)}"

    def open(self, sealed: str, workspace: str, table: str, column: str, row: str) -> bytes:
        """The value; raises CannotOpenError for another row's, an unknown key's or a changed one."""
        where = f"{table}.{column} of row {row}"
        try:
            version, kid, nonce, text = sealed.split(".")
            known = version == _VERSION and _bytes(kid) in self._masters
            raw_nonce, raw_text = _bytes(nonce), _bytes(text)
            if (_text(raw_nonce), _text(raw_text)) != (nonce, text):  # base64 has other spellings of the same
                raise ValueError  # noqa: TRY301 - told below, in one place
        except ValueError:
            raise CannotOpenError(f"{where} is not a sealed value.") from None
        if not known:
            raise CannotOpenError(
                f"{where} was sealed with a key that BOT_SECRET_KEY no longer holds ({kid})."
            )
        try:
            cipher = self._cipher(_bytes(kid), f"{table}.{column}")
            return cipher.decrypt(raw_nonce, raw_text, _bound_to(kid, workspace, table, column, row))
        except (InvalidTag, ValueError):
            raise CannotOpenError(f"{where} was changed, or sealed for another row.") from None

    def knows(self, sealed: str) -> bool:
        """Whether one of the secrets sealed this."""
        return any(sealed.startswith(f"{_VERSION}.{_text(kid)}.") for kid in self._masters)

    def _cipher(self, kid: bytes, purpose: str) -> AESGCM:
        cipher = self._ciphers.get((kid, purpose))
        if cipher is None:
            cipher = AESGCM(_derive(self._masters[kid], purpose, 32))
            self._ciphers[kid, purpose] = cipher
        return cipher


def _derive(master: bytes, purpose: str, length: int) -> bytes:
    info = f"patchbay {_VERSION} {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(master)


def _bound_to(*names: str) -> bytes:
    return orjson.dumps((_VERSION, *names))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

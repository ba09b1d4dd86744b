"""The private key of a connected app, from a file or from the settings themselves."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from sync_engine.errors import SettingsError

_HOW = (
    "It is the RSA key, in PEM, that belongs to the certificate of the connected app:"
    " openssl req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.crt"
)


def private_key(file: Path | None, text: SecretStr, password: SecretStr) -> RSAPrivateKey:
    """The key in `file`, or in `text` without one. Raises `SettingsError` that never repeats any of it."""
    where, pem = _pem(file, text)
    secret = password.get_secret_value().encode() or None
    # What went wrong is kept as words: these libraries' errors may hold pieces of what they were given.
    try:
        key = load_pem_private_key(pem, secret)
    except TypeError:
        wrong = (
            "is locked with a password, and private_key_password is not set"
            if secret is None
            else "is not locked, and private_key_password is set"
        )
    except (ValueError, UnsupportedAlgorithm):
        wrong = _why_not(pem, locked=secret is not None)
    else:
        if isinstance(key, RSAPrivateKey):
            return key
        wrong = "is no RSA key, and Salesforce takes signatures by RSA only"
    raise SettingsError(f"{where} {wrong}.", _HOW)


def _pem(file: Path | None, text: SecretStr) -> tuple[str, bytes]:
    if file is None:
        # A variable of the environment often has its line ends written out.
        return "[salesforce] private_key", text.get_secret_value().replace("\\n", "\n").encode()
    try:
        return f"[salesforce] private_key_file: {file}", file.read_bytes()
    except FileNotFoundError:
        raise SettingsError(f"[salesforce] private_key_file: there is no {file}.", _HOW) from None
    except OSError as error:
        raise SettingsError(f"[salesforce] private_key_file: {file} cannot be read: {error.strerror}.", _HOW) from None


def _why_not(pem: bytes, *, locked: bool) -> str:
    if b"PRIVATE KEY-----" in pem:
        return "cannot be unlocked with private_key_password" if locked else "is damaged"
    if b"CERTIFICATE-----" in pem:
        return "is the certificate, not the private key"
    if b"PUBLIC KEY-----" in pem:
        return "is the public key, not the private one"
    return "is no private key in PEM"

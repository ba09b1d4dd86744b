"""The apps that an org lets programs log in through."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate


@dataclass(frozen=True, slots=True)
class ConnectedApp:
    """An app that programs log in through. `client_id` is its consumer key, `client_secret` its consumer secret.

    `certificate` (or a public key, in PEM) switches the JWT bearer flow on for the `approved` usernames, `run_as` the
    client-credentials flow for that one.
    """

    client_id: str
    client_secret: str = field(default="", repr=False)
    certificate: str = ""
    approved: tuple[str, ...] = ()
    run_as: str = ""
    scopes: tuple[str, ...] = ("api",)

    def public_key(self) -> RSAPublicKey:
        """The key that its assertions must be signed for. Raises `ValueError` for what is none by RSA."""
        pem = self.certificate.encode()
        key = load_pem_x509_certificate(pem).public_key() if b"CERTIFICATE" in pem else load_pem_public_key(pem)
        if not isinstance(key, RSAPublicKey):
            msg = f"the connected app {self.client_id} has no RSA key"
            raise ValueError(msg)  # noqa: TRY004 - a wrong spec, as every other
        return key

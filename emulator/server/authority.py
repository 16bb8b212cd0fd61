"""The local certificate authority: a key and a certificate in the user's data folder, good for a few hosts only."""

import os
import ssl
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from threading import Lock
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from emulator.wechat.hosts import WECHAT_HOSTS

#: What the authority may always vouch for, besides WeChat's hosts: this machine.
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
#: Names the folder to use in place of the user's data folder.
HOME = "MOCKDOOR_HOME"
_FILE = "authority.pem"
_LIFE = timedelta(days=3650)
#: Apple's systems accept no leaf that is good for longer than 825 days.
_LEAF_LIFE = timedelta(days=397)
#: Clocks differ a little, also between a machine and the containers on it.
_EARLIER = timedelta(days=1)


class AuthorityError(Exception):
    """The authority cannot be used; the text says why and what helps."""


def data_folder() -> Path:
    """Return the folder in which the authority lives; it need not exist."""
    if home := os.environ.get(HOME):
        return Path(home)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "mockdoor"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "mockdoor"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mockdoor"


class Authority:
    """Signs certificates for the hosts that its own certificate permits, and for none else.

    `path` is a PEM file with certificate and key; `renewed` says why it is another one than before, else it is empty.
    """

    def __init__(self, path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.path = path
        self.certificate = certificate
        self.renewed = ""
        self._key = key
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = Lock()

    @classmethod
    def open(cls, hosts: Iterable[str] = (), *, folder: Path | None = None, now: datetime | None = None) -> Self:
        """Return the authority of a data folder, made on first use; raises AuthorityError.

        One that does not permit all of `hosts` is replaced by one that permits them as well.
        """
        path = (folder or data_folder()) / _FILE
        now = now or datetime.now(UTC)
        wanted = tuple(dict.fromkeys((*WECHAT_HOSTS, *LOCAL_HOSTS, *hosts)))
        found = cls._read(path)
        if found is None:
            return cls._make(path, wanted, now)
        if now >= found.certificate.not_valid_after_utc:
            expired = f"{found.certificate.not_valid_after_utc:%Y-%m-%d}"
            raise AuthorityError(
                f"{path}: the authority expired on {expired}; delete the file, start again and trust the new one"
            )
        missing = [host for host in wanted if host not in found.permitted]
        if not missing:
            return found
        made = cls._make(path, dict.fromkeys((*found.permitted, *wanted)), now)
        made.renewed = f"{path}: made anew, because it did not permit {', '.join(missing)}; whatever trusted the old "
        made.renewed += "authority has to trust this one"
        return made

    @property
    def certificate_path(self) -> Path:
        """Return the file that clients trust: the certificate without its key."""
        return self.path.with_name("ca.pem")

    @property
    def permitted(self) -> tuple[str, ...]:
        """Return the hosts that the certificate is constrained to."""
        constraints = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        names = []
        for name in constraints.permitted_subtrees or ():
            value = name.value
            names.append(value if isinstance(value, str) else str(value.network_address))
        return tuple(names)

    def context(self, host: str) -> ssl.SSLContext:
        """Return what serves TLS as a host: its certificate, made once; raises AuthorityError for another host."""
        with self._lock:
            found = self._contexts.get(host)
            if found is None:
                found = self._contexts[host] = self._make_context(host)
            return found

    def leaf(self, host: str) -> x509.Certificate:
        """Return a new certificate of a host; one of this machine's names gets all of them."""
        if host not in self.permitted:
            raise AuthorityError(f"the authority does not permit {host}")
        names = LOCAL_HOSTS if host in LOCAL_HOSTS else (host,)
        now = datetime.now(UTC)
        until = min(now + _LEAF_LIFE, self.certificate.not_valid_after_utc)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        issuer = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return (
            _builder(name, self.certificate.subject, self._leaf_key.public_key())
            .not_valid_before(max(now - _EARLIER, self.certificate.not_valid_before_utc))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general_name(one) for one in names]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _make_context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        chain = self.leaf(host).public_bytes(Encoding.PEM) + self.certificate.public_bytes(Encoding.PEM)
        with TemporaryDirectory() as folder:  # for its owner only; the ssl module takes files, no bytes
            path = Path(folder) / "leaf.pem"
            path.write_bytes(_pem(self._leaf_key) + chain)
            context.load_cert_chain(path)
        return context

    @classmethod
    def _read(cls, path: Path) -> Self | None:
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AuthorityError(f"{path}: the authority cannot be read: {error.strerror}") from error
        try:
            key = load_pem_private_key(text, password=None)
            certificate = x509.load_pem_x509_certificate(text)
            found = cls(path, certificate, _own_kind(key, certificate))
            found.permitted  # noqa: B018  # raises for a certificate without constraints
        except (ValueError, TypeError, x509.ExtensionNotFound) as error:
            wrong = "not an authority that mockdoor has made; delete the file to have a new one made"
            raise AuthorityError(f"{path}: {wrong}") from error
        if not found.certificate_path.exists():
            found._write_certificate()
        return found

    @classmethod
    def _make(cls, path: Path, hosts: Iterable[str], now: datetime) -> Self:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mockdoor local authority")])
        certificate = (
            _builder(name, name, key.public_key())
            .not_valid_before(now - _EARLIER)
            .not_valid_after(now + _LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(
                x509.NameConstraints(permitted_subtrees=[_subtree(host) for host in hosts], excluded_subtrees=None),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        made = cls(path, certificate, key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(path, _pem(key) + certificate.public_bytes(Encoding.PEM))
        except OSError as error:
            hint = f"name a folder that can be written in {HOME}"
            raise AuthorityError(f"{path}: the authority cannot be written: {error.strerror}; {hint}") from error
        made._write_certificate()
        return made

    def _write_certificate(self) -> None:
        path = self.certificate_path
        try:
            _replace(path, self.certificate.public_bytes(Encoding.PEM))
        except OSError as error:
            raise AuthorityError(f"{path}: the certificate cannot be written: {error.strerror}") from error


def _replace(path: Path, content: bytes) -> None:
    """Put a file for its owner only in place, whole or not at all."""
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
        file.write(content)
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _own_kind(key: object, certificate: x509.Certificate) -> ec.EllipticCurvePrivateKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        raise ValueError("the key is not the certificate's")
    return key


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _subtree(host: str) -> x509.GeneralName:
    return x509.IPAddress(ip_network(host)) if _is_address(host) else x509.DNSName(host)


def _general_name(host: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(host)) if _is_address(host) else x509.DNSName(host)


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

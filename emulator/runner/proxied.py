"""The environment in which a command finds the proxy and trusts the local authority."""

import os
import re
import shutil
import ssl
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from emulator.server.authority import Authority

_LOCAL = ("localhost", "127.0.0.1", "::1")
#: What OpenSSL, Go and .NET read; requests; curl. Each takes the file in place of the system's authorities.
_BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
#: What Node reads besides its own authorities.
_NODE = "NODE_EXTRA_CA_CERTS"
_PASSWORD = "changeit"  # Java's own
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\s", re.DOTALL)


def proxy_environment(
    authority: "Authority", port: int, folder: Path, given: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the variables that lead a command's https through the proxy on a port.

    Plain http is left alone. The files that they name are written to `folder`; what `given` names already stays
    trusted, and the system's authorities too. Java's options are there only where Java is.
    """
    own = authority.certificate_path
    bundle = folder / "bundle.pem"
    bundle.write_bytes(b"\n".join(path.read_bytes() for path in (own, *_trusted_already(given))))
    proxy = f"http://127.0.0.1:{port}"
    exceptions = ",".join((*_LOCAL, *filter(None, [given.get("no_proxy") or given.get("NO_PROXY")])))
    found = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), proxy) | dict.fromkeys(("NO_PROXY", "no_proxy"), exceptions)
    found |= dict.fromkeys(_BUNDLES, str(bundle)) | {_NODE: str(bundle if given.get(_NODE) else own)}
    found["NODE_USE_ENV_PROXY"] = "1"  # Node minds HTTPS_PROXY only when told to, from version 22.21
    # What leads an older Node, and libraries with an agent of their own: npm's global-agent reads names of its own.
    found |= {f"GLOBAL_AGENT_{name}": found[name] for name in ("HTTPS_PROXY", "NO_PROXY")}
    if _has_java(given):
        options = _java_options(bundle, port, folder / "trust.p12")
        found["JAVA_TOOL_OPTIONS"] = " ".join(filter(None, (given.get("JAVA_TOOL_OPTIONS"), options)))
    return found


def _trusted_already(given: Mapping[str, str]) -> list[Path]:
    named = [given.get(name) for name in (*_BUNDLES, _NODE)]
    paths = dict.fromkeys(filter(None, (*named, ssl.get_default_verify_paths().cafile)))
    return [path for path in map(Path, paths) if path.is_file()]


def _has_java(given: Mapping[str, str]) -> bool:
    return bool(given.get("JAVA_HOME") or shutil.which("java", path=given.get("PATH")))


def _certificates(bundle: Path) -> "list[Certificate]":
    """Return the certificates of a bundle that can be read; the system's are not for us to judge."""
    from cryptography.x509 import load_pem_x509_certificate

    found: dict[Certificate, None] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for block in _BLOCK.findall(bundle.read_bytes()):
            with suppress(ValueError):
                found[load_pem_x509_certificate(block)] = None
    return list(found)


def _java_options(bundle: Path, port: int, store: Path) -> str:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

    named = [PKCS12Certificate(one, b"trusted%d" % number) for number, one in enumerate(_certificates(bundle))]
    store.write_bytes(serialize_java_truststore(named, BestAvailableEncryption(_PASSWORD.encode())))
    properties = {
        "https.proxyHost": "127.0.0.1",
        "https.proxyPort": port,
        "http.nonProxyHosts": "localhost|127.*|[::1]",
        "javax.net.ssl.trustStore": store,
        "javax.net.ssl.trustStorePassword": _PASSWORD,
    }
    return " ".join(
        f'"-D{name}={value}"' if " " in str(value) else f"-D{name}={value}" for name, value in properties.items()
    )

"""Promises about the local authority."""

import os
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest

from emulator.server.authority import Authority, AuthorityError, data_folder
from emulator.wechat.hosts import WECHAT_HOSTS

HOST = "api.weixin.qq.com"


def handshake(authority, host, asked=None):
    """Shake hands over a socket pair, as a client that trusts the authority only; return the certificate shown."""
    here, there = socket.socketpair()
    server = threading.Thread(target=serve, args=(authority.context(host), there))
    server.start()
    try:
        context = ssl.create_default_context(cafile=authority.certificate_path)
        with context.wrap_socket(here, server_hostname=asked or host) as client:
            return client.getpeercert()
    finally:
        here.close()
        server.join()


def serve(context, there):
    try:
        context.wrap_socket(there, server_side=True).close()
    except OSError:
        there.close()


def test_the_authority_is_made_once(tmp_path):
    first = Authority.open(folder=tmp_path / "data")
    second = Authority.open(folder=tmp_path / "data")

    assert (first.certificate, first.renewed, second.renewed) == (second.certificate, "", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_only_its_owner_can_read_it(tmp_path):
    path = Authority.open(folder=tmp_path / "data").path

    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def test_clients_trust_without_the_key(tmp_path):
    assert b"PRIVATE" not in Authority.open(folder=tmp_path).certificate_path.read_bytes()


@pytest.mark.parametrize("host", [*WECHAT_HOSTS, "localhost", "127.0.0.1", "::1", "door.example.com"])
def test_a_client_accepts_the_certificate_of_a_host(tmp_path, host):
    shown = handshake(Authority.open(["door.example.com"], folder=tmp_path), host)

    kinds = {"DNS": host} if host[0].isalpha() else {"IP Address": host.replace("::1", "0:0:0:0:0:0:0:1")}
    assert next(iter(kinds.items())) in shown["subjectAltName"]


def test_another_host_gets_no_certificate(tmp_path):
    with pytest.raises(AuthorityError, match=r"^the authority does not permit bank\.example$"):
        Authority.open(folder=tmp_path).context("bank.example")


def test_a_certificate_beyond_the_constraints_is_refused_by_clients(tmp_path, monkeypatch):
    authority = Authority.open(folder=tmp_path)
    monkeypatch.setattr(Authority, "permitted", ("bank.example",))  # as a thief of the key would sign

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(authority, "bank.example")


def test_a_host_more_makes_it_anew_and_says_so(tmp_path):
    first = Authority.open(["a.example"], folder=tmp_path)
    second = Authority.open(["b.example"], folder=tmp_path)
    third = Authority.open(["a.example"], folder=tmp_path)

    assert "did not permit b.example;" in second.renewed
    assert first.certificate != second.certificate == third.certificate


def test_an_expired_authority_says_what_to_do(tmp_path):
    Authority.open(folder=tmp_path)

    with pytest.raises(
        AuthorityError, match=r"authority.pem: the authority expired on \d{4}-\d\d-\d\d; delete the file"
    ):
        Authority.open(folder=tmp_path, now=datetime.now(UTC) + timedelta(days=3651))


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
)
def test_a_file_that_is_not_an_authority_stays_as_it_is(tmp_path, content):
    path = tmp_path / "authority.pem"
    path.write_bytes(content)

    with pytest.raises(AuthorityError, match="not an authority that mockdoor has made; delete the file"):
        Authority.open(folder=tmp_path)

    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(AuthorityError, match=r"cannot be (read|written): Not a directory"):
        Authority.open(folder=tmp_path / "file" / "data")


def test_a_folder_that_cannot_be_written_says_what_helps(tmp_path):
    folder = tmp_path / "data"
    folder.symlink_to(tmp_path / "gone")  # refused to every user, root too

    with pytest.raises(AuthorityError) as refused:
        Authority.open(folder=folder)

    hint = "name a folder that can be written in MOCKDOOR_HOME"
    assert str(refused.value) == f"{folder}/authority.pem: the authority cannot be written: File exists; {hint}"


def test_an_authority_that_cannot_be_read_says_so(tmp_path):
    path = tmp_path / "authority.pem"
    path.mkdir()

    with pytest.raises(AuthorityError) as refused:
        Authority.open(folder=tmp_path)

    assert str(refused.value) == f"{path}: the authority cannot be read: Is a directory"


def test_a_certificate_that_cannot_be_written_says_so_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "ca.pem").mkdir()

    with pytest.raises(AuthorityError) as refused:
        Authority.open(folder=tmp_path)

    assert str(refused.value) == f"{tmp_path}/ca.pem: the certificate cannot be written: Is a directory"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["authority.pem", "ca.pem"]


def test_the_folder_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("MOCKDOOR_HOME", str(tmp_path))

    assert data_folder() == tmp_path

"""What Casdoor hands to providers of storage and messages: controllers/service.go, resource.go in v3.158.0."""

from io import BytesIO

import pytest

APP = ("6825f4f0af45554c8952", "secret-of-app-docs")
UPLOAD = "/api/upload-resource?user=linked&fullFilePath=a.png"
REST = {"sub": "", "name": "", "data": None, "data2": None, "data3": None}


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current", golden=True)


def said(reply):
    body = reply.get_json()
    assert body == {"status": "error", "msg": body["msg"]} | REST
    return body["msg"]


def upload(server, path=UPLOAD, name="file"):
    return server.client.post(path, data={name: (BytesIO(b"PNG"), "a.png")}, auth=APP)


@pytest.mark.parametrize(
    ("path", "body", "category"),
    [
        pytest.param("delete-resource", {"owner": "test", "name": "a.png"}, "Storage", id="removing a file"),
        pytest.param("send-email", {"title": "t", "content": "c", "receivers": []}, "Email", id="an e-mail"),
        pytest.param("send-sms", {"content": "c", "receivers": []}, "SMS", id="an SMS"),
    ],
)
def test_without_a_provider_casdoors_own_words_come(server, path, body, category):
    reply = server.client.post(f"/api/{path}", json=body, auth=APP)

    assert said(reply) == f"No provider for category: {category} is found for application: app-docs"


def test_a_user_calls_for_the_application_where_it_signed_up(server):
    path = "/api/send-sms?username=test/boss&password=123&owner=test"

    reply = server.client.post(path, json={"owner": "test"})

    assert said(reply) == "No provider for category: SMS is found for application: app-docs"


@pytest.mark.parametrize(
    ("path", "name", "message"),
    [
        pytest.param(UPLOAD, "file", "No provider for category: Storage is found for application: app-docs", id="all"),
        pytest.param(UPLOAD, "other", "http: no such file", id="no part named file"),
        pytest.param(
            "/api/upload-resource?user=linked",
            "file",
            "Username or fullFilePath is empty: username = linked, fullFilePath = ",
            id="no path",
        ),
        pytest.param(
            "/api/upload-resource?user=linked&fullFilePath=Direct/x/a.png",
            "file",
            "The provider: x is not found",
            id="a provider that there is not",
        ),
    ],
)
def test_an_upload_is_refused_for_what_it_lacks(server, path, name, message):
    assert said(upload(server, path, name)) == message


def test_an_upload_is_a_form_with_parts(server):
    reply = server.client.post(UPLOAD, data="PNG", content_type="image/png", auth=APP)

    assert said(reply) == "request Content-Type isn't multipart/form-data"


def test_a_provider_that_there_is_gets_nothing(server):
    reply = upload(server, UPLOAD + "&provider=provider-mini")

    expected = "mockdoor does not play the provider admin/provider-mini: it stores no files and sends no messages"
    assert said(reply) == expected


def test_a_body_that_is_not_json_sends_nothing(server):
    reply = server.client.post("/api/send-email", data="{", content_type="application/json", auth=APP)

    assert said(reply) == "unexpected end of JSON input"

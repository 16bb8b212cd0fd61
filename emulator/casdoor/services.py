"""What Casdoor hands to providers of storage, e-mail and SMS, of which none is played (facts/casdoor.md 11.6)."""

from emulator.casdoor.access import caller_of
from emulator.casdoor.account import require_signed_in
from emulator.casdoor.directory import application_of
from emulator.casdoor.gojson import decode, kind_of
from emulator.casdoor.object_fields import decode_object
from emulator.casdoor.repositories import Applications, Providers
from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.sessions import Session
from emulator.casdoor.texts import text
from emulator.casdoor.user_repository import Users
from emulator.casdoor.views import Application, Provider
from emulator.core.errors import ApiError
from emulator.core.json_object import JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction


def upload_resource(tx: Transaction, session: Session, request: ApiRequest) -> None:
    """Refuse to store a file; raises ApiError. Source: controllers/resource.go in v3.158.0, UploadResource."""
    if request.files is None:
        raise ApiError("request Content-Type isn't multipart/form-data", why=reason("upload-incomplete"))
    if "file" not in request.files:
        raise ApiError("http: no such file", why=reason("upload-incomplete"))
    user, path = request.value("user"), request.value("fullFilePath")
    if not (user and path):
        raise ApiError(text(tx, "empty_upload", user=user, path=path), why=reason("upload-incomplete"))
    _hand_over(_provider_of(tx, session, request, category="Storage", path=path))


def delete_resource(tx: Transaction, session: Session, request: ApiRequest) -> None:
    """Refuse to remove a stored file; raises ApiError. Source: controllers/resource.go in v3.158.0."""
    given = decode_object("resource", request.body)
    named = given.text("provider")
    _hand_over(_provider_of(tx, session, request, category="Storage", path=given.name, named=named))


def send_email(tx: Transaction, session: Session, request: ApiRequest) -> None:
    """Refuse to send an e-mail; raises ApiError. Source: controllers/service.go in v3.158.0, SendEmail."""
    require_signed_in(tx, session)
    named = _form(request.body, "EmailForm").text("provider")
    _hand_over(_provider_of(tx, session, request, category="Email", named=named))


def send_sms(tx: Transaction, session: Session, request: ApiRequest) -> None:
    """Refuse to send an SMS; raises ApiError. Source: controllers/service.go in v3.158.0, SendSms."""
    provider = _provider_of(tx, session, request, category="SMS")
    _form(request.body, "SmsForm")
    _hand_over(provider)


def _form(body: bytes, struct: str) -> JsonObject:
    """Return a JSON body that is an object, or null; raises ApiError with Go's text for any other."""
    try:
        value = decode(body)
    except ValueError as error:
        raise ApiError(str(error), why=reason("body-not-json")) from error
    if not isinstance(value, dict | None):
        message = f"json: cannot unmarshal {kind_of(value)} into Go value of type controllers.{struct}"
        raise ApiError(message, why=reason("body-not-object"))
    return JsonObject(value or {})


def _provider_of(
    tx: Transaction, session: Session, request: ApiRequest, *, category: str, path: str = "", named: str = ""
) -> Provider:
    """Return the provider that a request names, else the first of a category that the caller's application lists.

    Raises ApiError when there is none. Source: controllers/util.go in v3.158.0, GetProviderFromContext.
    """
    named = named or _named(request, path)
    if named:
        provider = tx.get(Providers).find(("admin", named))
        if provider is None:
            raise ApiError(text(tx, "provider_unknown", id=named), why=reason("provider-unknown", provider=named))
        return provider
    application = _application_of(tx, session)
    for item in application.providers:
        listed = tx.get(Providers).find_for(application.organization, item.name)
        if listed is not None and listed.category == category:
            return listed
    why = reason("provider-category-missing", application=application.name, category=category)
    raise ApiError(text(tx, "no_provider", category=category, id=application.name), why=why)


def _named(request: ApiRequest, path: str) -> str:
    """Return the provider that a request names: by `provider`, as a filter, or in a path `Direct/<provider>/…`."""
    if request.value("provider"):
        return request.value("provider")
    if request.value("field") == "provider" and request.value("value"):
        return request.value("value")
    first, _, rest = (path or request.value("fullFilePath")).partition("/")
    return rest.partition("/")[0] if first == "Direct" else ""


def _application_of(tx: Transaction, session: Session) -> Application:
    """Return the application that calls, or that of the user who does; raises ApiError when there is none."""
    identifier, caller = require_signed_in(tx, session), caller_of(session)
    if caller.is_app:
        application = tx.get(Applications).find(caller.name)
    else:
        user = tx.get(Users).find((caller.owner, caller.name))
        application = application_of(tx, user) if user else None
    if application is None:
        why = reason("application-unknown", application=caller.name)
        raise ApiError(text(tx, "user_without_application", id=identifier), why=why)
    return application


def _hand_over(provider: Provider) -> None:
    """Refuse what only a provider could do; raises ApiError."""
    message = f"mockdoor does not play the provider {provider.id}: it stores no files and sends no messages"
    raise ApiError(message, why=reason("provider-not-played", provider=provider.id))

"""Casdoor's endpoints for passwords, and for what providers of storage and messages do (facts/casdoor.md 11.6)."""

from emulator.casdoor import services
from emulator.casdoor.contacts import get_email_and_phone as contacts_of
from emulator.casdoor.passwords import PasswordChange, check_given_password
from emulator.casdoor.passwords import set_password as change_password
from emulator.core.reply import Reply
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.replies import ok
from emulator.web.casdoor.routes import routes


@routes.add("/api/set-password", "POST")
def set_password(context: CasdoorContext, _: str) -> Reply:
    """Give a user a new password."""
    asked = context.request
    change = PasswordChange(
        owner=asked.value("userOwner"),
        name=asked.value("userName"),
        old=asked.value("oldPassword"),
        new=asked.value("newPassword"),
        code=asked.value("code"),
    )
    change_password(context.tx, context.session, change)
    return ok()


@routes.add("/api/check-user-password", "POST")
def check_user_password(context: CasdoorContext, _: str) -> Reply:
    """Check a user's password."""
    check_given_password(context.tx, context.request.body)
    return ok()


@routes.add("/api/get-email-and-phone", "GET")
def get_email_and_phone(context: CasdoorContext, _: str) -> Reply:
    """Show where a code for a forgotten password would go."""
    asked = context.request
    user, kind = contacts_of(context.tx, asked.value("organization"), asked.value("username"))
    return ok(user, kind)


@routes.add("/api/upload-resource", "POST")
def upload_resource(context: CasdoorContext, _: str) -> Reply:
    """Refuse to store a file."""
    services.upload_resource(context.tx, context.session, context.request)
    return ok()


@routes.add("/api/delete-resource", "POST")
def delete_resource(context: CasdoorContext, _: str) -> Reply:
    """Refuse to remove a stored file."""
    services.delete_resource(context.tx, context.session, context.request)
    return ok()


@routes.add("/api/send-email", "POST")
def send_email(context: CasdoorContext, _: str) -> Reply:
    """Refuse to send an e-mail."""
    services.send_email(context.tx, context.session, context.request)
    return ok()


@routes.add("/api/send-sms", "POST")
def send_sms(context: CasdoorContext, _: str) -> Reply:
    """Refuse to send an SMS."""
    services.send_sms(context.tx, context.session, context.request)
    return ok()

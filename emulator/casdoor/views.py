"""The fields of Casdoor's objects that rules read, typed: `user.display_name` instead of `user.text("displayName")`.

A view is the object itself, so it is stored, compared and shown like one; a field that no rule reads is still in it.
"""

from emulator.core.json_object import (
    FlagField,
    JsonObject,
    NumberField,
    RowField,
    RowsField,
    TextField,
    TextsField,
)


class User(JsonObject):
    """A user of an organization; `id` is `owner/name`, as with every object, and `user_id` the stored id."""

    __slots__ = ()

    user_id = TextField("id")
    type = TextField("type")
    created_time = TextField("createdTime")
    updated_time = TextField("updatedTime")
    deleted_time = TextField("deletedTime")
    signup_application = TextField("signupApplication")
    password = TextField("password")
    password_type = TextField("passwordType")
    ip_whitelist = TextField("ipWhitelist")

    display_name = TextField("displayName")
    avatar = TextField("avatar")
    real_name = TextField("realName")
    gender = TextField("gender")
    location = TextField("location")
    address = TextsField("address")
    tag = TextField("tag")
    balance_currency = TextField("balanceCurrency")

    email = TextField("email")
    email_verified = FlagField("emailVerified")
    phone = TextField("phone")
    country_code = TextField("countryCode")
    wechat = TextField("wechat")
    properties = RowField("properties")
    permissions = RowsField("permissions", JsonObject)

    is_admin = FlagField("isAdmin")
    is_deleted = FlagField("isDeleted")
    is_forbidden = FlagField("isForbidden")
    is_online = FlagField("isOnline")
    is_verified = FlagField("isVerified")
    mfa_email_enabled = FlagField("mfaEmailEnabled")
    mfa_phone_enabled = FlagField("mfaPhoneEnabled")


class AccountItem(JsonObject):
    """What an organization allows about one field of its users (facts/casdoor.md 4.3)."""

    __slots__ = ()

    view_rule = TextField("viewRule")
    modify_rule = TextField("modifyRule")
    regex = TextField("regex")
    tab = TextField("tab")


class Organization(JsonObject):
    """An organization, the owner of users."""

    __slots__ = ()

    created_time = TextField("createdTime")
    password_type = TextField("passwordType")
    password_salt = TextField("passwordSalt")
    country_codes = TextsField("countryCodes")
    default_avatar = TextField("defaultAvatar")
    balance_currency = TextField("balanceCurrency")
    has_privilege_consent = FlagField("hasPrivilegeConsent")
    is_profile_public = FlagField("isProfilePublic")
    account_items = RowsField("accountItems", AccountItem)


class SignupItem(JsonObject):
    """A field of an application's sign-up form."""

    __slots__ = ()

    rule = TextField("rule")


class TokenAttribute(JsonObject):
    """A claim that an application adds to tokens of the format JWT-Custom (facts/casdoor.md 3)."""

    __slots__ = ()

    category = TextField("category")
    type = TextField("type")
    value = TextField("value")


class Application(JsonObject):
    """An application, the client of the OAuth endpoints."""

    __slots__ = ()

    created_time = TextField("createdTime")
    display_name = TextField("displayName")
    organization = TextField("organization")
    homepage_url = TextField("homepageUrl")
    enable_sign_up = FlagField("enableSignUp")
    providers = RowsField("providers", JsonObject)
    signup_items = RowsField("signupItems", SignupItem)

    client_id = TextField("clientId")
    client_secret = TextField("clientSecret")
    grant_types = TextsField("grantTypes")
    redirect_uris = TextsField("redirectUris")

    cert = TextField("cert")
    token_format = TextField("tokenFormat")
    token_signing_method = TextField("tokenSigningMethod")
    token_fields = TextsField("tokenFields")
    token_attributes = RowsField("tokenAttributes", TokenAttribute)
    expire_in_hours = NumberField("expireInHours")
    refresh_expire_in_hours = NumberField("refreshExpireInHours")


class Provider(JsonObject):
    """A provider, the way to an outside login such as a mini program's."""

    __slots__ = ()

    display_name = TextField("displayName")
    category = TextField("category")
    type = TextField("type")
    client_id = TextField("clientId")
    client_secret = TextField("clientSecret")


class Cert(JsonObject):
    """A key pair that applications sign tokens with."""

    __slots__ = ()

    certificate = TextField("certificate")
    private_key = TextField("privateKey")
    crypto_algorithm = TextField("cryptoAlgorithm")

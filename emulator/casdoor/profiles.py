"""Which Casdoor is played: what the profiles differ in, as data."""

from dataclasses import dataclass, replace

from emulator.world.transaction import Transaction

MINI_PROGRAM = "WeChatMiniProgram"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One row of the table of design.md 3. Source of the differences: facts/casdoor.md 0 and 9.

    Sign-in: `raw_login_body` answers the token row; `provider_types` count as a mini program's;
    `login_updates_profile` writes username and avatar onto a known user; `wrong_tag_panics`;
    `refresh_beats_tag`; `checks_dpop`; `gives_default_avatar`.
    Updates: `columns_merge` lays the body over the stored user; `camel_columns`; `sparse_update`
    merges also without columns; `owner_defaults` fills a missing owner in; `admin_writes_always`;
    `normalises_phone`.
    Tokens: `refresh_checks_client`; `cuts_off` ends the tokens of forbidden, deleted, removed users.
    Rest: `refuses_content_type`; `peers_see_private`; `userinfo_follows_token_fields`; `logout_redirects_alone`;
    `issuer_per_application`; `masks_more`; the `omits_…` fields this version does not have.
    """

    name: str
    version: str
    en: str
    zh: str
    raw_login_body: bool = True
    provider_types: tuple[str, ...] = (MINI_PROGRAM,)
    login_updates_profile: bool = False
    wrong_tag_panics: bool = False
    refresh_beats_tag: bool = False
    checks_dpop: bool = False
    gives_default_avatar: bool = True
    columns_merge: bool = True
    camel_columns: bool = True
    sparse_update: bool = False
    owner_defaults: bool = False
    admin_writes_always: bool = False
    normalises_phone: bool = True
    refresh_checks_client: bool = True
    cuts_off: bool = True
    refuses_content_type: bool = True
    peers_see_private: bool = False
    userinfo_follows_token_fields: bool = True
    logout_redirects_alone: bool = True
    issuer_per_application: bool = False
    masks_more: bool = True
    slash_in_deleted_name_panics: bool = False
    omits_user: frozenset[str] = frozenset()
    omits_organization: frozenset[str] = frozenset()
    omits_application: frozenset[str] = frozenset()
    omits_discovery: frozenset[str] = frozenset()
    omits_items: frozenset[str] = frozenset()


CURRENT = Profile(
    name="current", version="v3.158.0", en="Casdoor v3.158.0, as recorded", zh="Casdoor v3.158.0，与录制一致"
)
DOCS = replace(
    CURRENT,
    name="docs",
    en="the public docs page as newcomers read it: v3.158.0 with leniencies, each of them a note",
    zh="新手所读的公开文档：在 v3.158.0 之上放宽若干处，每处都有提示",
    raw_login_body=False,
    provider_types=("WeChat", MINI_PROGRAM),
    login_updates_profile=True,
    sparse_update=True,
    owner_defaults=True,
)
CLASSIC = Profile(
    name="classic",
    version="v3.35.0",
    en="Casdoor v3.35.0, as recorded",
    zh="Casdoor v3.35.0，与录制一致",
    raw_login_body=False,
    wrong_tag_panics=True,
    refresh_beats_tag=True,
    checks_dpop=True,
    gives_default_avatar=False,
    columns_merge=False,
    camel_columns=False,
    admin_writes_always=True,
    normalises_phone=False,
    refresh_checks_client=False,
    cuts_off=False,
    refuses_content_type=False,
    peers_see_private=True,
    userinfo_follows_token_fields=False,
    logout_redirects_alone=False,
    issuer_per_application=True,
    masks_more=False,
    slash_in_deleted_name_panics=True,
    omits_user=frozenset({"uidNumber"}),
    omits_organization=frozenset({"tokenRetentionDays", "recordRetentionDays", "defaultTokenFormat"}),
    omits_application=frozenset(
        {"defaultTag", "pageHtml", "samlC14nPrefix", "backchannelLogoutUri", "registrationAccessToken"}
    ),
    omits_discovery=frozenset({"backchannel_logout_supported", "backchannel_logout_session_supported"}),
    omits_items=frozenset({"UID number", "Is online"}),
)
PROFILES = {profile.name: profile for profile in (DOCS, CLASSIC, CURRENT)}


def profile_of(tx: Transaction) -> Profile:
    """Return the profile that a world plays."""
    return PROFILES[tx.profile]


def nearest(version: str) -> tuple[Profile, str]:
    """Return the profile nearest to a Casdoor version such as `3.20.0`, and one sentence on what may differ.

    Raises ValueError for a text that is no version. Source: design.md 3.
    """
    numbers = version.removeprefix("v").split(".")
    if not 1 <= len(numbers) <= 3 or not all(part.isascii() and part.isdecimal() for part in numbers):
        raise ValueError(f"{version!r} is no Casdoor version; write three numbers such as 3.158.0")
    key = tuple(int(part) for part in numbers)
    profile = CLASSIC if key < (3, 35, 1) else CURRENT
    shown = "v" + version.removeprefix("v")
    if shown == profile.version:
        return profile, f"Casdoor {shown} is the recorded version of profile {profile.name}"
    differs = f"profile {profile.name} plays {profile.version}, details may differ"
    return profile, f"Casdoor {shown} was not recorded; {differs}"

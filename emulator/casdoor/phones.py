"""Phone numbers, by the same public metadata that Casdoor's library uses."""


def prepare() -> None:
    """Load the metadata, which takes longer than anybody should hold a lock."""
    import phonenumbers

    phonenumbers.is_valid_number(phonenumbers.parse("+8613800138000"))


def national(phone: str, country_code: str) -> tuple[str, str] | None:
    """Return the national digits and the region of a valid number for a region such as `CN`, else None.

    Source: facts/casdoor.md 4.2 step 6 (`+86 138-0013-8001` becomes `13800138001`, `CN`).
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(phone, country_code or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    region = phonenumbers.region_code_for_number(number) or country_code
    return phonenumbers.national_significant_number(number), region


def separated(phone: str) -> tuple[str, str]:
    """Return the national digits and the region of a number that begins with `+`; another text as it is, without one.

    Source: util/string.go in v3.158.0, ParseE164Phone.
    """
    import phonenumbers

    if not phone.startswith("+"):
        return phone, ""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone, ""
    return f"{number.national_number}", phonenumbers.region_code_for_number(number) or ""


def international(phone: str, country_code: str) -> str:
    """Return a number as `+8613800138001`, unchanged when it is none."""
    import phonenumbers

    try:
        number = phonenumbers.parse(phone, country_code or None)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

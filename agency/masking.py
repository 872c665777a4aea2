"""脱敏: what of a personal number may stand on screen and in logs without an unmasking."""


def mask_id(number: str) -> str:
    """证件号码: first four and last four (`2201**********1234`); of a short one only the last two."""
    if len(number) < 12:
        return _only_last_two(number)
    return number[:4] + "*" * (len(number) - 8) + number[-4:]


def mask_phone(number: str) -> str:
    """联系电话: first three and last four (`138****2716`); of a short one only the last two."""
    if len(number) < 11:
        return _only_last_two(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def _only_last_two(number: str) -> str:
    hidden = len(number) - 2 if len(number) > 4 else len(number)
    return "*" * hidden + number[hidden:]

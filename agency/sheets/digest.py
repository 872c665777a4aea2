"""验证码与摘要: what proves that a paper is the one the program issued. [P]

The digest is over what a sheet says, not over how or when it was drawn; the verification code is short
enough to be typed from paper; the QR code leads to the page that checks it.
"""

import hashlib
import json
import unicodedata

import segno

from agency.sheets.filled import SheetData

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
CODE_LENGTH = 12
CODE_BYTES = 8
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


def digest(data: SheetData) -> str:
    """The SHA-256, in hex, of form number, period, organisation, region, columns and rows."""
    leaves = data.sheet.leaves
    content = {
        "form": data.sheet.form,
        "period": data.period,
        "organisation": data.organisation,
        "region": data.region,
        "columns": [[column.key, column.kind.value] for column in leaves],
        "rows": [
            [column.plain(line.values.get(column.key)) for column in leaves] for line in data.row_lines()
        ],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def short(hexdigest: str) -> str:
    """The first twelve digits of a digest, as the screen shows them: `7f3a 91c2 e04b`."""
    return " ".join(hexdigest[start : start + 4] for start in (0, 4, 8))


def verification_code(source: bytes) -> str:
    """A code of sixty bits to type from paper, `7F3A-91C2-E04B`, from at least eight (random) bytes."""
    if len(source) < CODE_BYTES:
        raise ValueError(f"a verification code needs {CODE_BYTES} bytes, not {len(source)}")
    number = int.from_bytes(source[:CODE_BYTES], "big") >> 4
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(55, -1, -5))
    return _grouped(letters)


def read_code(typed: str) -> str | None:
    """The code as it was printed, from what somebody typed (l for 1, no hyphens); None if it is none."""
    letters = unicodedata.normalize("NFKC", typed).upper().translate(MISREAD)
    letters = "".join(letter for letter in letters if letter.isalnum())
    if len(letters) != CODE_LENGTH or set(letters) - set(ALPHABET):
        return None
    return _grouped(letters)


def wrong_with(typed: str) -> str:
    """What keeps typed text from being a verification code, as a sentence; "" when its shape is right."""
    letters = [letter for letter in unicodedata.normalize("NFKC", typed).upper() if letter.isalnum()]
    strange = [
        letter for letter in dict.fromkeys("".join(letters).translate(MISREAD)) if letter not in ALPHABET
    ]
    if strange:
        shown = "、".join(strange[:3])
        return f"验证码里不会有“{shown}”，只有数字和字母（没有 I、L、O、U）。请对照表单下方重输。"
    if len(letters) != CODE_LENGTH:
        return f"验证码是 {CODE_LENGTH} 位，输入的是 {len(letters)} 位。请对照表单下方逐位核对。"
    return ""


def qr_svg(url: str) -> str:
    """The QR code of an address as an inline `<svg class="qr">`, to be sized by the stylesheet."""
    code = segno.make(url, error="m", micro=False)
    return code.svg_inline(svgclass="qr", lineclass=None, omitsize=True, border=2)


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))

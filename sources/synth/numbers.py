"""Numbers of persons and companies, as their issuers make them. How people spoil them is in `damage`.

Sources: GB 11643-1999 (citizen numbers, MOD 11-2), GB 32100-2015 (social credit codes, MOD 31), GB 11714-1997.
"""

from datetime import date
from random import Random

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LETTERS = "ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
MOBILE_RANGES = ((130, 140), (150, 154), (155, 160), (175, 179), (180, 184), (185, 190))
MOBILE_PREFIXES = (
    147,
    166,
    170,
    173,
    191,
    195,
    198,
    199,
    *(code for bounds in MOBILE_RANGES for code in range(*bounds)),
)


def complete_citizen_number(first17: str) -> str:
    """Append the check character."""
    return first17 + CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def first_generation(number: str) -> str:
    """The 15 characters that an old register still holds for an 18-character number."""
    return number[:6] + number[8:17]


class NumberOffice:
    """Issues citizen numbers, each once."""

    def __init__(self) -> None:
        """Nothing has been issued yet."""
        self._issued: set[str] = set()

    def issue(self, rng: Random, place: str, birth: date, sex: int) -> str:
        """A number not issued before: odd sequences for males (1), even for females (2)."""
        stem = place + birth.isoformat().replace("-", "")
        while True:
            sequence = rng.randrange(1, 500) * 2 - (sex == 1)
            first17 = f"{stem}{sequence:03d}"
            if first17 not in self._issued:
                self._issued.add(first17)
                return complete_citizen_number(first17)


def credit_code(rng: Random, kind: str, place: str) -> str:
    """A social credit code: kind 91 for companies, 92 for self-employed; its organisation part is valid as well."""
    body = "".join(rng.choice("0123456789") if rng.random() < 0.6 else rng.choice(LETTERS) for _ in range(8))
    total = sum(int(mark, 36) * weight for mark, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    check = 11 - total % 11
    first17 = f"{kind}{place}{body}{'X' if check == 10 else '0' if check == 11 else str(check)}"
    weighted = sum(CREDIT_ALPHABET.index(mark) * weight for mark, weight in zip(first17, CREDIT_WEIGHTS, strict=True))
    return first17 + CREDIT_ALPHABET[-weighted % 31]


def mobile(rng: Random) -> str:
    """A mobile phone number."""
    return f"{rng.choice(MOBILE_PREFIXES)}{rng.randrange(10**8):08d}"


def landline(rng: Random) -> str:
    """A landline of the area, with or without the hyphen."""
    return f"0531{rng.choice(('', '-'))}8{rng.randrange(3000000, 4000000)}"


def document(rng: Random, kind: str, birth: date, sex: int, office: NumberOffice) -> str:
    """The number of a document that is not a citizen's identity card."""
    if kind == "港澳居民居住证":
        return office.issue(rng, rng.choice(("810000", "820000")), birth, sex)
    if kind == "台湾居民居住证":
        return office.issue(rng, "830000", birth, sex)
    if kind == "港澳居民来往内地通行证":
        return f"{rng.choice('HM')}{rng.randrange(10**8):08d}"
    return f"{rng.choice('EGPXK')}{rng.randrange(10**7, 10**8)}"

"""Full names taken apart: the given names before, the family name with its particles behind."""


def split(full: str) -> tuple[str, str]:
    """`Ludwig van Beethoven` and `van Beethoven, Ludwig` alike; a single name is a family name."""
    family, comma, given = full.partition(",")
    if comma:
        return given.strip(), family.strip()
    words = full.split()
    begin = max(len(words) - 1, 0)
    while begin > 1 and words[begin - 1][0].islower():
        begin -= 1
    return " ".join(words[:begin]), " ".join(words[begin:])

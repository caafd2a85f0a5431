"""Kinds whose values are drawn from a sequence."""

from dataclasses import dataclass, field

from kit.entity.kinds.texts import Text


@dataclass(frozen=True)
class Number(Text):
    """A number by which people call a record, e.g. `T-000123` of `Number("T-")`.

    Each field has a sequence of its own, named after table and field. No number is given twice; where a
    record is refused one may be left out, so it is not for what the law wants without gaps.
    """

    prefix: str = ""
    digits: int = 6
    # By its name only, so that the prefix comes first.
    length: int = field(default=30, kw_only=True)

    def written(self, place: int) -> str:
        return f"{self.prefix}{place:0{self.digits}}"

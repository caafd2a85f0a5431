"""Countries are known by the names that people write."""

import pytest

from services.parties.model.addresses import Country


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UK", "GB"), ("England", "GB"), ("Great Britain", "GB"), ("Russia", "RU"), ("Turkey", "TR"),
        ("Türkiye", "TR"), ("UAE", "AE"), ("Brasil", "BR"), ("the Netherlands", "NL"),
        ("Germania", "DE"), ("Polonia", "PL"), ("Țările de Jos", "NL"), ("SUA", "US"),
        ("Niemcy", "DE"), ("Rosja", "RU"), ("Wielka Brytania", "GB"), ("Włochy", "IT"),
        ("ایران", "IR"), ("آلمان", "DE"), ("USA", "US"), ("deu", "DE"), ("ro", "RO"),
        ("COTE D'IVOIRE", "CI"), ("Viet Nam", "VN"), ("Korea", "KR"),
    ],
)  # fmt: skip
def test_a_country_goes_by_its_everyday_names(name: str, code: str) -> None:
    """D8: in the languages that are spoken here, with and without accents."""
    assert Country().parse(name) == code


@pytest.mark.parametrize("name", ["Atlantis", "XX", "Philipines"])
def test_what_is_no_country_is_refused(name: str) -> None:
    """D8: nothing is guessed."""
    with pytest.raises(ValueError, match="is no country"):
        Country().parse(name)

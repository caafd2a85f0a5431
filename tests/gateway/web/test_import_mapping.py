"""The page about the columns of a file shows what the file speaks for."""

import pytest

from gateway.web.described.catalog import Catalog
from gateway.web.imports.elsewhere import Elsewhere
from gateway.web.imports.mapping import Preview, forms_that_fit, targets_of
from kit.errors import Invalid

CATALOG = Catalog(
    {
        "entities": [
            {
                "entity": "parties.Contact",
                "label": "Contact",
                "plural": "Contacts",
                "headings": [
                    {
                        "system": "Salesforce",
                        "paths": {
                            "First Name": "first_name", "Last Name": "last_name",
                            "Mailing City": "addresses.city", "Title": "job_title",
                        },
                    },
                    {
                        "system": "Pipedrive",
                        "paths": {
                            "Person - Name": "first_name+last_name", "Person - Email - Work": "email",
                            "Person - Last name": "last_name", "Person - Birthday": "born_on",
                        },
                    },
                ],
                "fields": [
                    {"name": "name", "label": "Name"},
                    {"name": "first_name", "label": "First name", "part_of": "name", "editable": True},
                    {"name": "last_name", "label": "Last name", "part_of": "name", "editable": True},
                    {"name": "email", "label": "E-mail", "kind": "email", "editable": True},
                    {"name": "born_on", "label": "Born on", "kind": "date", "editable": True},
                    {
                        "name": "manager_id", "label": "Manager", "kind": "reference",
                        "target": "parties.Contact", "editable": True,
                    },
                    {
                        "name": "addresses", "label": "Addresses", "kind": "rows", "editable": True,
                        "columns": [
                            {
                                "name": "kind", "label": "Kind", "kind": "picklist",
                                "options": [{"value": "head_office"}, {"value": "billing"}],
                            },
                            {"name": "city", "label": "City"},
                        ],
                    },
                ],
            }
        ]
    }
)  # fmt: skip
FILE = "Full name;City;Born on;Note\nAna Pop;Iași;04.07.1996;NULL\nIon Pop;Łódź;31.12.1990;x\n"


def test_a_file_is_read_as_it_seems_to_be_written() -> None:
    """W8, D2: a semicolon file is no single column, and no encoding throws anybody back."""
    preview = Preview.of(FILE.replace("ș", "ş").encode("cp1250"), "en-GB")
    assert preview.heading == ["Full name", "City", "Born on", "Note"]
    assert (preview.encoding, preview.delimiter) == ("cp1250", ";")
    assert (preview.lines[1][1], preview.empty_words) == ("Łódź", ["NULL"])


def test_what_an_export_wrote_finds_its_way_by_itself() -> None:
    """XC-15: headings are paths; of a record that stands by id and by name, the name is taken."""
    entity = CATALOG.by_name("parties.Contact")
    assert entity is not None
    file = "id,first_name,manager_id,manager_id:name,addresses.city\n1,Ana,2,Ion,Cluj\n"
    sources = Preview.of(file.encode(), "en-GB").sources(targets_of(CATALOG, entity), {})
    assert [source.target for source in sources] == [
        "", "first_name", "", "manager_id:name", "addresses.city",
    ]  # fmt: skip


def test_columns_are_guessed_down_to_rows_and_halves_of_a_name() -> None:
    """D4, D5, D9"""
    entity = CATALOG.by_name("parties.Contact")
    assert entity is not None
    targets = targets_of(CATALOG, entity)
    sources = Preview.of(FILE.encode(), "en-GB").sources(targets, {})
    assert [source.target for source in sources] == [
        "first_name+last_name", "addresses.city", "born_on", "",
    ]  # fmt: skip
    assert [source.form for source in sources] == ["", "", "dmy", ""]
    paths = {target.path: target.group for target in targets}
    assert paths["addresses[billing].city"] == "Addresses: Billing"
    assert {"manager_id:name", "manager_id:email"} <= paths.keys()


def test_what_was_chosen_stands_when_the_page_comes_back() -> None:
    """W8"""
    entity = CATALOG.by_name("parties.Contact")
    assert entity is not None
    chosen = {"columns": {"Note": "email"}, "forms": {"Born on": "mdy"}}
    sources = Preview.of(FILE.encode(), "").sources(targets_of(CATALOG, entity), chosen)
    assert [(each.target, each.form) for each in sources[2:]] == [("", "mdy"), ("email", "")]


def test_a_form_is_sent_only_for_what_becomes_a_day_or_a_number() -> None:
    """D5: a column that looks like days may become a text."""
    entity = CATALOG.by_name("parties.Contact")
    assert entity is not None
    targets = targets_of(CATALOG, entity)
    chosen = {"a": "dmy", "b": "dmy", "c": "1.234,56"}
    columns = {"a": "born_on", "b": "email", "c": "born_on"}
    assert forms_that_fit(chosen, columns, targets) == {"a": "dmy"}


@pytest.mark.parametrize("data", [b"", b"only,a,heading\n"])
def test_a_file_without_lines_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid):
        Preview.of(data, "")


def test_exports_of_other_systems_are_known_by_their_columns() -> None:
    """By the most names, whatever their letters; each place is filled once, by what may be filled."""
    entity = CATALOG.by_name("parties.Contact")
    assert entity is not None
    targets = targets_of(CATALOG, entity)
    heading = [
        "Person - Name",
        "person -  email - work",
        "Person - Last name",
        "Person - Birthday",
        "City",
    ]
    file = ",".join(heading) + "\nAna Pop,a@b.example,Pop,1996-07-04,Cluj\n"
    found = Elsewhere.of(entity, heading, targets)
    sources = Preview.of(file.encode(), "en-GB").sources(targets, {}, found.paths)
    assert found.name == "Pipedrive"
    assert [source.target for source in sources] == [
        "first_name+last_name", "email", "", "born_on", "addresses.city",
    ]  # fmt: skip
    for ours in (["First Name", "Title", "x"], ["First name", "Last name", "City", "E-mail"]):
        assert Elsewhere.of(entity, ours, targets) == Elsewhere()

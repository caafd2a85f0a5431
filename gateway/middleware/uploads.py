"""Which addresses take files: they may send more than a form does, and take longer."""

import re

IMPORT, PAGE_IMPORT = "/api/v1/imports", "/imports/new"
_ON_RECORD = re.compile(r"(/api/v1)?/[^/]+/[^/]+/files(/[^/]+/versions)?")


def takes_file_of_record(path: str) -> bool:
    """Whether a file is put on a record there, as it is."""
    found = _ON_RECORD.fullmatch(path)
    return found is not None and found[1] is not None


def takes_form_with_file(path: str) -> bool:
    """Whether the form of a page brings a file: a smaller one, since it is read whole."""
    found = _ON_RECORD.fullmatch(path)
    return path == PAGE_IMPORT or (found is not None and found[1] is None)


def takes_file(path: str) -> bool:
    return path == IMPORT or takes_file_of_record(path) or takes_form_with_file(path)

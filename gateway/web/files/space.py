"""How much room the files of the organisation take, for those who set it up."""

from starlette.responses import Response

from gateway.web.pages import TheVisit, pages
from gateway.web.record.files import size_of

router = pages()


@router.get("/file-space")
async def show_space(visit: TheVisit) -> Response:
    """By kind of record, the largest first; a service that is stopped is named."""
    space = await visit.api.file_space()
    labels = {each.name: each.plural for each in visit.catalog}
    items = [
        (labels.get(each["entity"], each["entity"]), each["files"], size_of(int(each["bytes"])))
        for each in space["items"]
    ]
    return visit.page(
        "files/space.html",
        area="administration",
        items=items,
        files=space["files"],
        taken=size_of(int(space["bytes"])),
        stopped=space["stopped"],
    )

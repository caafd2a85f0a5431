"""What the address of a list asks: the view, what was changed since, and the place in its pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from gateway.web.described.entities import Entity
from gateway.web.described.fields import Field
from gateway.web.frame.references import WITH_TITLES
from gateway.web.frame.visits import Visit
from gateway.web.lists.filtering import joined
from gateway.web.lists.grouping import groupable, order_of_groups
from gateway.web.views.built_in import view_named
from gateway.web.views.saved import NOTHING, TABLE, Question, Saved, the_view
from kit.entity.presentation import View
from kit.errors import Invalid
from kit.query.order import MOST_KEYS
from kit.query.order import read as read_order

PAGE_SIZE = 50
# More pages back nobody goes one by one; then Back leads to the first.
TRAIL = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks of a list."""

    entity: Entity
    view: str = "all"
    saved: Saved | None = None
    search: str = ""
    question: Question = NOTHING
    page_token: str = ""
    start: int = 1
    trail: tuple[str, ...] = ()
    month: str = ""

    @classmethod
    async def of(cls, visit: Visit) -> "Wanted":
        """A saved view asks what it keeps, unless the address says that it was changed."""
        view = visit.asked("view", "all")
        saved = await the_view(visit, view)
        start = visit.asked("from", "1")
        return cls(
            visit.entity,
            view,
            saved,
            visit.asked("q").strip(),
            saved.question if saved and not visit.asked("edited") else Question.asked(visit),
            visit.asked("page_token"),
            int(start) if start.isdecimal() else 1,
            tuple(visit.request.query_params.getlist("trail")),
            visit.asked("month"),
        )

    @property
    def filter(self) -> str:
        return self.question.filter

    @property
    def columns(self) -> tuple[str, ...]:
        return self.question.columns

    @property
    def edited(self) -> bool:
        """Whether the list differs from the view as it is kept."""
        return self.saved is not None and self.question != self.saved.question

    @property
    def chosen_view(self) -> View:
        return view_named(self.entity, self.view)

    @property
    def all_filters(self) -> str:
        """The view's condition and the person's own; neither may change the other's meaning."""
        own = f"({self.filter})" if self.filter and self.chosen_view.filter else self.filter
        return joined([self.chosen_view.filter, own])

    @property
    def order(self) -> str:
        """The order that was asked for, as far as the entity has its fields for this person."""
        own = self.question.order_by or self.chosen_view.order_by
        return self._known_order(own) or self.entity.shown.order_by

    def _known_order(self, text: str) -> str:
        try:
            keys = read_order(text)
        except Invalid:
            # It is told by the service, in the place of the rows.
            return text
        return written([key for key in keys if self.entity.askable(key[0])])

    @property
    def sorts(self) -> list[tuple[str, bool]]:
        """The keys of the order, each with whether it descends."""
        try:
            return read_order(self.order)
        except Invalid:
            return []

    @property
    def group(self) -> Field | None:
        """The field that parts the table."""
        field = self.entity.field(self.question.group_by)
        return field if field and groupable(field) and self.shape == TABLE else None

    @property
    def shape(self) -> str:
        return self.question.shape

    def fields(self) -> list[Field]:
        chosen = [field for name in self.columns if (field := self.entity.field(name))]
        return chosen or [*self.entity.listed(), *self._owner()]

    def _owner(self) -> list[Field]:
        owner = self.entity.field("owner_id")
        shown = owner and not owner.listed and self.entity.shown.owned
        return [owner] if owner and shown else []

    def unknown(self) -> list[str]:
        """The names of what the view says and this person's list does not have."""
        shown = (*self.columns, *filter(None, [self.question.group_by]))
        lacking = [name for name in shown if not self.entity.field(name)]
        ordered = _names_in(self.question.order_by)
        lacking += [name for name in ordered if not self.entity.askable(name)]
        return list(dict.fromkeys(lacking))

    def url(self, **changes: object) -> str:
        """The address of this list with something else asked; a change leads to its first page."""
        asked = {name: changes.pop(name) for name in list(changes) if name in Question.NAMES}
        question = replace(self.question, **asked)  # type: ignore[arg-type]  # the names are ours
        fresh = {"page_token": "", "start": 1, "trail": (), "question": question, **changes}
        return replace(self, **fresh).address()  # type: ignore[arg-type]  # the names are ours

    def reset(self) -> str:
        """The address of the view as it is kept."""
        return f"/{self.entity.slug}?view={self.view}"

    def onward(self, token: str, shown: int) -> str:
        """The next page; tokens lead only forward, so the way back is kept in the address."""
        trail = (*self.trail, self.page_token)[-TRAIL:]
        return self.url(page_token=token, start=self.start + shown, trail=trail)

    def back(self) -> str:
        if not self.trail:
            return self.url()
        *trail, token = self.trail
        start = max(1, self.start - PAGE_SIZE)
        return self.url(page_token=token, start=start if token else 1, trail=tuple(trail))

    def address(self) -> str:
        pairs = [
            *self.pairs(),
            ("month", self.month),
            ("page_token", self.page_token),
            ("from", str(self.start) if self.start > 1 else ""),
        ]
        asked = [(name, value) for name, value in pairs if value]
        # The first page has no token, and is a step of the way back all the same.
        query = urlencode([*asked, *(("trail", token) for token in self.trail)])
        return f"/{self.entity.slug}?{query or 'view=all'}"

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The question as the address says it: all of it, or the view alone."""
        yield "view", self.view if self.view != "all" else ""
        yield "q", self.search
        if self.edited or not self.saved:
            yield from self.question.pairs()
            yield "edited", "1" if self.edited else ""

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """What a form sends along that changes what it leaves out here."""
        mark = [("edited", "1")] if self.saved else []
        whole = [("view", self.view), ("q", self.search), *self.question.pairs(), *mark]
        pairs = self.pairs() if "q" in without else whole
        return [(name, value) for name, value in pairs if value and name not in without]

    def params(self) -> dict[str, str]:
        named = {
            "filter": self.all_filters,
            "order_by": self._whole_order(),
            "search": self.search,
            "page_token": self.page_token,
        }
        sent = {name: value for name, value in named.items() if value}
        return {**sent, "page_size": str(PAGE_SIZE), "count": "true", **WITH_TITLES}

    def _whole_order(self) -> str:
        """Rows of one group stand together; within it they have their own order."""
        if not self.group:
            return self.order
        keys = [*order_of_groups(self.entity, self.group), *self.sorts]
        unlike = dict(reversed(keys))
        ordered = [(name, unlike[name]) for name in dict.fromkeys(name for name, _ in keys)]
        return written(ordered[:MOST_KEYS])

    def whole(self) -> Question:
        """The question with that of the built-in view which it was asked in; what is kept of it."""
        order_by = self.question.order_by or self.chosen_view.order_by
        return replace(self.question, filter=self.all_filters, order_by=order_by)


def written(keys: Sequence[tuple[str, bool]]) -> str:
    """An order as the language of lists has it."""
    return ", ".join(f"{name} desc" if down else name for name, down in keys)


def _names_in(order_by: str) -> list[str]:
    try:
        return [name for name, _ in read_order(order_by)]
    except Invalid:
        return []

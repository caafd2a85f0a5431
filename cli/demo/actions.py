"""What the colleagues do themselves: invite people, move their deals on, and talk."""

from contextlib import ExitStack
from hashlib import blake2b
from itertools import groupby

from cli.demo.content.company import Company
from cli.demo.content.people import MARKETING, STAFF, by_email, by_key
from cli.demo.content.sales import Move, Remark
from cli.demo.content.vocabulary import Talk
from cli.demo.directory import Directory
from cli.demo.gather import each_of
from cli.demo.papers import Paper, papers
from cli.demo.session import Session


class Actions:
    """The people of the company, each signed in for a moment."""

    def __init__(
        self, administrator: Session, company: Company, directory: Directory, password: str
    ) -> None:
        self._administrator = administrator
        self._company = company
        self._directory = directory
        self._password = password

    def _as(self, email: str) -> Session:
        return self._administrator.another(email, self._password)

    def invite(self) -> None:
        """Marketing takes in the members of the campaigns, except those who are there already."""
        campaigns = self._directory.ids("campaigns", "code")
        contacts = self._directory.ids("contacts", "email")
        marketing = next(each for each in STAFF if each.role == MARKETING)
        with self._as(marketing.email) as session:
            found = session.all("members", "campaign_id,contact_id")
            there = {(each["campaign_id"], each["contact_id"]) for each in found}
            missing = [
                row
                for row in self._company.rows["members"]
                if (campaigns[row["campaign_id:code"]], contacts[row["contact_id:email"]])
                not in there
            ]
            if missing:
                session.take_in("campaigns.Member", missing)

    def follow(self) -> None:
        """Managers follow the deals and customers about which they will be asked."""
        asked = [each for each in self._company.remarks if each.manager]
        asked.sort(key=_manager_of)
        own = [list(each) for _, each in groupby(asked, key=_manager_of)]
        each_of(own, self._follow)

    def _follow(self, remarks: list[Remark]) -> None:
        """What one manager follows; once more changes nothing."""
        with self._as(_manager_of(remarks[0])) as session:
            for each in remarks:
                on = self._directory.ids(each.on.plural, each.on.field)[each.on.value]
                session.post(f"{each.on.plural}/{on}:follow", {})

    def go_on(self) -> None:
        """Agents first, so that what they say about their deals is true by then."""
        moves = sorted(self._company.moves, key=lambda each: each.owner)
        own = [list(each) for _, each in groupby(moves, key=lambda each: each.owner)]
        each_of(own, self._move_on)
        self._talk()

    def _move_on(self, moves: list[Move]) -> None:
        """The moves of one agent."""
        with self._as(moves[0].owner) as session:
            stages = _stages(session)
            for move in moves:
                self._move(session, stages, move)

    def _move(self, session: Session, stages: dict[str, str], move: Move) -> None:
        """One that stands there already was moved before an interruption."""
        deal = self._directory.ids("opportunities", "code")[move.code]
        stage = self._directory.ids("stages", "name")[move.stage]
        if stages.get(deal) != stage:
            session.add(f"opportunities/{deal}:move-stage", {"stage_id": stage})

    def note(self) -> None:
        """What each has to say of the own customers and deals; said before an interruption, it is there."""
        remarks = sorted(self._company.remarks, key=lambda each: each.by)
        own = [list(each) for _, each in groupby(remarks, key=lambda each: each.by)]
        each_of(own, self._note)

    def _note(self, remarks: list[Remark]) -> None:
        """The notes of one person."""
        with self._as(remarks[0].by) as session:
            for each in remarks:
                on = self._directory.ids(each.on.plural, each.on.field)[each.on.value]
                said = {"body": self._mentioning(each), "pinned": each.pinned}
                key = self._key(f"{on}/{each.body}")
                session.add(f"{each.on.plural}/{on}/notes", said, key)

    def file(self) -> None:
        """What lies with customers and deals on paper; put there before an interruption, it is there."""
        found = sorted(papers(self._company), key=lambda each: each.by)
        own = [list(each) for _, each in groupby(found, key=lambda each: each.by)]
        each_of(own, self._file)

    def _file(self, found: list[Paper]) -> None:
        """The files of one person."""
        with self._as(found[0].by) as session:
            for each in found:
                on = self._directory.ids(each.on.plural, each.on.field)[each.on.value]
                key = self._key(f"{on}/{each.name}")
                session.put(f"{each.on.plural}/{on}/files", each.name, each.content, key)

    def _mentioning(self, remark: Remark) -> str:
        if (manager := remark.manager) is None:
            return remark.body
        id_ = self._directory.ids(manager.plural, manager.field)[manager.value]
        return remark.text(by_email(manager.value).name, id_)

    def _key(self, said: str) -> str:
        """What makes a thing that is said again the same thing."""
        digest = blake2b(f"{self._company.seed}/{said}".encode(), digest_size=12).hexdigest()
        return f"demonstration-{digest}"

    def _talk(self) -> None:
        speakers = {line.partition(":")[0] for talk in self._company.talks for line in talk.lines}
        with ExitStack() as stack:
            sessions = {
                each: stack.enter_context(self._as(by_key(each).email)) for each in sorted(speakers)
            }
            for talk in self._company.talks:
                self._hold(talk, sessions)

    def _hold(self, talk: Talk, sessions: dict[str, Session]) -> None:
        """Line after line; one that was said before an interruption is not said again."""
        room = self._room(talk, sessions)
        for line in talk.lines:
            who, _, said = line.partition(": ")
            sessions[who].add("messages", {"room_id": room, "text": said}, self._key(line))

    def _room(self, talk: Talk, sessions: dict[str, Session]) -> str:
        """The room for everybody, or the one that the two open."""
        if talk.room:
            one, other = talk.room
            person = self._directory.ids("people", "email")[by_key(other).email]
            return str(sessions[one].post("rooms:direct", {"person_id": person})["id"])
        rooms = self._administrator.all("rooms", "id,kind")
        return str(next(each["id"] for each in rooms if each["kind"] == "public"))


def _manager_of(remark: Remark) -> str:
    return remark.manager.value if remark.manager else ""


def _stages(session: Session) -> dict[str, str]:
    """Where the open deals stand that a person sees."""
    found = session.all("opportunities", "id,stage_id", filter='outcome = "open"')
    return {each["id"]: each["stage_id"] for each in found}

"""A person who talks with the service, without database or carrier."""

from dataclasses import dataclass, field
from typing import Any

from citizenreport.cities.rules import City
from citizenreport.conversations.dialogue import step
from citizenreport.conversations.letters import step_letter
from citizenreport.conversations.rules import (
    Carrier,
    Chat,
    Ground,
    Said,
    Turn,
    from_json,
    to_json,
)
from citizenreport.web.category_search import search


@dataclass
class Talk:
    """Keeps the chat between messages, as the service does: through its JSON."""

    city: City
    carrier: Carrier = Carrier.TELEGRAM
    chat: Chat | None = None
    turns: list[Turn] = field(default_factory=list)

    def say(self, text: str = "", **said: Any) -> Turn:
        ground = Ground(city=self.city, search=search, numbers=("112",))
        message = Said(text=text, **said)
        if self.carrier.is_letter:
            turn = step_letter(ground, self.chat, message)
        else:
            turn = step(ground, self.chat, message, self.carrier)
        self.chat = from_json(to_json(turn.chat)) if turn.chat else None
        self.turns.append(turn)
        return turn

    def told(self) -> list[str]:
        """The words of the last answer."""
        return [say.words for say in self.turns[-1].says]

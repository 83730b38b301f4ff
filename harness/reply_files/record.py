"""One reply of a file, with what is known of the question it answers."""

from dataclasses import dataclass

from rbench.harness.types import Reply


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One reply of a file. Blanks in `question` and `prompt` are single spaces.

    `where` names the record in messages, such as ``line 3``. `id` is the item's, where the file
    gives it. `question` is the question alone, `prompt` everything that was shown. `choices`
    holds (continuation, log-likelihood) of a model that chose; `reply` then has no text.
    `pictures` are those in the reply: paths from the file's folder, or data URLs.
    """

    where: str
    id: str | None
    repeat: int
    reply: Reply
    model: str = ""
    question: str = ""
    prompt: str = ""
    choices: tuple[tuple[str, float], ...] = ()
    pictures: tuple[str, ...] = ()


def one_space(text: str) -> str:
    """Return `text` with every run of blanks as one space."""
    return " ".join(text.split())

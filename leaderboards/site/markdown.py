"""The Markdown of data cards as HTML: headings, paragraphs, lists, tables, code, emphasis, links.

Everything is escaped; only links to the web become links.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from rbench.leaderboards.report_text import visible

_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*|(?<!\w)\*(?P<em>[^*\s][^*]*)\*(?!\w)"
    r"|\[(?P<words>[^\]]+)\]\((?P<to>https?://[^)\s]+)\)|<(?P<auto>https?://[^>\s]+)>"
)
_ITEM = re.compile(r"[-*] |\d+\. ")


def markdown(text: str) -> Markup:
    """Return Markdown as HTML, headings from the second level on."""
    return Markup("\n").join(_blocks(text))


def _blocks(text: str) -> Iterator[Markup]:
    blocks = re.split(r"\n\s*\n", visible(text).strip())
    while blocks:
        block = blocks.pop(0)
        if block.startswith("```"):
            while blocks and not block.rstrip().endswith("```"):
                block += "\n\n" + blocks.pop(0)
            yield Markup("<pre>{}</pre>").format("\n".join(block.splitlines()[1:-1]))
            continue
        yield from _block(block.splitlines())


def _block(lines: list[str]) -> Iterator[Markup]:
    heading = re.match(r"(#+) +(.*)", lines[0])
    if heading:
        level = min(4, max(2, len(heading[1])))
        yield Markup("<h{}>{}</h{}>").format(level, _inline(heading[2]), level)
        lines = lines[1:]
    if not lines:
        return
    if len(lines) > 1 and lines[0].lstrip().startswith("|") and set(lines[1]) <= set("|-: "):
        yield _table(lines)
        return
    before: list[str] = []
    items: list[list[str]] = []
    for line in lines:
        if found := _ITEM.match(line):
            items.append([line[found.end() :]])
        elif items:
            items[-1].append(line.strip())
        else:
            before.append(line)
    if before:
        yield Markup("<p>{}</p>").format(_inline(" ".join(before)))
    if items:
        inner = Markup("").join(
            Markup("<li>{}</li>").format(_inline(" ".join(item))) for item in items
        )
        yield Markup("<ul>{}</ul>").format(inner)


def _table(lines: list[str]) -> Markup:
    def row(line: str, cell: Markup) -> Markup:
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        return Markup("<tr>{}</tr>").format(
            Markup("").join(cell.format(_inline(text.strip())) for text in cells)
        )

    head = row(lines[0], Markup('<th scope="col">{}</th>'))
    body = Markup("").join(row(line, Markup("<td>{}</td>")) for line in lines[2:])
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="Table">'
        "<table><thead>{}</thead><tbody>{}</tbody></table></div>"
    ).format(head, body)


def _inline(text: str) -> Markup:
    parts, at = [], 0
    for found in _INLINE.finditer(text):
        parts.append(escape(text[at : found.start()]))
        at = found.end()
        if found["code"]:
            parts.append(Markup("<code>{}</code>").format(found["code"]))
        elif found["strong"]:
            parts.append(Markup("<strong>{}</strong>").format(_inline(found["strong"])))
        elif found["em"]:
            parts.append(Markup("<em>{}</em>").format(_inline(found["em"])))
        else:
            to = found["to"] or found["auto"]
            parts.append(
                Markup('<a href="{}" rel="noreferrer">{}</a>').format(to, found["words"] or to)
            )
    return Markup("").join([*parts, escape(text[at:])])

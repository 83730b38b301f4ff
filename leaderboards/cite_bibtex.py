"""BibTeX entries: of a paper, and of a run."""

from collections.abc import Mapping

from rbench.leaderboards.cite_escape import bibtex_key, latex, plain
from rbench.leaderboards.cite_sources import Source
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.tables import Results


def bibtex_of_source(source: Source) -> str:
    """Return the entry of a paper; authors that are not known here are ``and others``."""
    authors = [latex(name) for name in source.authors] + (["others"] if source.others else [])
    fields = {
        "author": " and ".join(authors),
        "title": f"{{{latex(source.title)}}}",
        "year": str(source.year),
        "eprint": source.arxiv,
        "archivePrefix": "arXiv",
        "note": latex(source.venue),
        "url": f"https://arxiv.org/abs/{source.arxiv}",
    }
    return _entry(source.key, fields)


def bibtex_of_run(results: Results, version: str) -> str:
    """Return the entry of a run: what was evaluated on what, under which protocol."""
    model = short_name(plain(str(results["model"])))
    incomplete = "" if results["status"] == "complete" else ", incomplete"
    note = f"protocol {results['protocol_id'] or 'none'}, run {results['run_id']}{incomplete}"
    title = f"{model} on {results['task']}, evaluated with {version}"
    fields = {
        "key": "rbench",
        "title": f"{{{latex(title)}}}",
        "note": latex(note),
    }
    return _entry(f"rbench-{bibtex_key(str(results['run_id']))}", fields)


def _entry(key: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])

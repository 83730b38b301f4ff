"""Options in the text of a question: what is read, and what only looks like options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbench.tasks.inline_options import inline_options

THREE = {"A": "Duck", "B": "Fish", "C": "Dog"}


@pytest.mark.parametrize(
    "text",
    [
        "What is it?\n\nA: Duck B: Fish C: Dog",
        "What is it? A: Duck B: Fish C: Dog",
        "What is it?\nA: Duck\nB: Fish\nC: Dog",
        "What is it?\nA: Duck\nB: Fish\nC: Dog\n",
        "What is it?\n  A: Duck\n\n  B: Fish\n\n  C: Dog  \n\n",
        "What is it?\nA. Duck\nB. Fish\nC. Dog",
        "What is it? A. Duck B. Fish C. Dog",
        "Say what it is. A. Duck B. Fish C. Dog",
        "What is it?\n(A) Duck\n(B) Fish\n(C) Dog",
        "What is it? (A) Duck (B) Fish (C) Dog",
        "What is it? (A)Duck (B)Fish (C)Dog",
        "What is it?\nA) Duck\nB) Fish\nC) Dog",
        "What is it? A:Duck B:Fish C:Dog",
        "What is it? A: Duck, B: Fish, C: Dog",
        "What is it? A: Duck; B: Fish; C: Dog",
        "What is it? Options: A: Duck B: Fish C: Dog",
        "What is it?\nA: Duck B: Fish\nC: Dog",
        "这是什么？A：Duck B：Fish C：Dog",
        "这是什么？\nA、Duck\nB、Fish\nC、Dog",
        "Look at point A: it moves. What is it?\nA: Duck B: Fish C: Dog",
        "In the triangle ABC, what is it (see A and B)?\nA: Duck\nB: Fish\nC: Dog",
        "The points are\nA: left\nB: right.\nWhat is drawn there?\nA: Duck B: Fish C: Dog",
    ],
)
def test_plain_options_are_read(text: str) -> None:
    assert inline_options(text) == THREE


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("Is there a way? A: Yes B: No", {"A": "Yes", "B": "No"}),
        ("How long?\nA: 1.5 m\nB: 2.5 m", {"A": "1.5 m", "B": "2.5 m"}),
        ("Which?\nA. AB = 2 : 1\nB. AC: 3", {"A": "AB = 2 : 1", "B": "AC: 3"}),
        ("Which?\nA: It falls. Then it rests.\nB: It rises. Then it falls.",
         {"A": "It falls. Then it rests.", "B": "It rises. Then it falls."}),
        ("Which?\nA: a long\n  text\nB: short", {"A": "a long text", "B": "short"}),
        ("Which? A: $x^2$ B: $\\frac{A}{B}$", {"A": "$x^2$", "B": "$\\frac{A}{B}$"}),
        ("Which? A: 1 B: 2 C: 3 D: 4 E: 5 F: 6 G: 7",
         {x: str(i) for i, x in enumerate("ABCDEFG", start=1)}),
    ],
)  # fmt: skip
def test_the_text_of_an_option_is_kept(text: str, options: dict[str, str]) -> None:
    assert inline_options(text) == options


@pytest.mark.parametrize(
    "text",
    [
        "",
        "What is it?",
        "Point A: the start of the maze. How far is it?",
        "Point A: the start. Point B: the goal. How far is it?",
        "Two points.\nPoint A: the start\nPoint B: the goal",
        "In triangle ABC, D lies on AB. How many triangles are there?",
        "What do vitamin B. C and D have in common?",
        "The ray passes A. It meets B. Find C.",
        "Go from A. Then to B. Which is longer?",
        "The book of J. A. Smith and B. Jones: how many pages?",
        "The ratio A:B is 1:2. What is B:C?",
        "A: start\nB: goal\nWhat is the shortest way from A to B?",
        "There are two marks.\nA: start\nB: goal\nWhat is the shortest way from A to B?",
        "There are two marks. A: start, B: goal. Find the shortest way.",
        "There are two marks. A: start B: goal, how far is it?",
        "Which of A, B, C and D is next?",
        "Choose one of A B C D.",
        "Which one is it?\nA:\nB:\nC:",
        "Two blocks are given. (A) and (B) collide.",
        "The function f(A) = f(B) is drawn. What is f(C)?",
        "What is it?\nA: Duck\nC: Fish",
        "What is it?\nB: Duck\nC: Fish",
        "What is it?\nA: Duck",
        "What is it?\nA: Duck\nB. Fish",
        "What is it?\nA: Duck\nB: Fish\nB: Dog",
        "What is it?\nA: Duck\nB: Fish\nD: Dog",
        "What is it?\na: Duck\nb: Fish",
        "A: Duck\nB: Fish\nC: Dog",
        "Player A: 3 wins. Player B: 4 wins. Who leads?",
        "Hepatitis A. B vitamins help. C does not.",
    ],
)
def test_what_only_looks_like_options_is_left_alone(text: str) -> None:
    assert inline_options(text) == {}


words = st.text("abcdefghij klmnop0123456789", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(
    st.lists(words.filter(lambda w: w not in {"to", "and", "or", "vs"}), min_size=2, max_size=8),
    st.sampled_from(["{}: ", "{}. ", "{}) ", "({}) "]),
    st.sampled_from([" ", "\n", "\n\n"]),
)
def test_every_plain_list_is_read_back(texts: list[str], mark: str, between: str) -> None:
    letters = "ABCDEFGH"[: len(texts)]
    listed = between.join(mark.format(x) + text for x, text in zip(letters, texts, strict=True))
    expected = {x: " ".join(text.split()) for x, text in zip(letters, texts, strict=True)}
    assert inline_options(f"What do you see?\n{listed}") == expected


@given(st.text(st.sampled_from("ABC abc:.()?\n、"), max_size=60))
def test_any_text_gives_no_options_or_letters_from_a_on_with_texts(text: str) -> None:
    options = inline_options(text)
    assert "".join(options) == "ABCDEFGH"[: len(options)] and len(options) != 1
    assert all(option.strip() for option in options.values())

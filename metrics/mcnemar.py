"""McNemar's test of two graders, models or methods on the same questions, exactly."""

from rbench.errors import UsageError


def exact_mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value of equal chances to be the only one that is right.

    Of the questions that exactly one of two answers, `only_first` are the first's. Were both as
    good, that count would be Binomial(only_first + only_second, 1/2), and p is twice its smaller
    tail, at most 1 (McNemar 1947, Psychometrika 12; the exact form is the sign test). Questions
    that both or neither answers say nothing. Whole numbers are summed, so p is right to the last
    bit. Raises `UsageError` for a negative count.
    """
    if only_first < 0 or only_second < 0:
        raise UsageError(f"{only_first} and {only_second} are no counts: give 0 or more.")
    n, fewer = only_first + only_second, min(only_first, only_second)
    term = total = 1
    for k in range(fewer):
        term = term * (n - k) // (k + 1)
        total += term
    return min(1.0, float(2 * total / (1 << n)))

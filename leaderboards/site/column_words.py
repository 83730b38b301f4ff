"""What the columns of a table mean, a sentence each: shown on hover and below the table."""

from collections.abc import Mapping

from rbench.leaderboards.entries import Column, Group

STRUCTURE: Mapping[str, str] = {
    "tier": "1 + the number of entries that are better beyond chance. Entries of one tier cannot "
    "be told apart from its best. Computed once over the whole table: filters do not move it.",
    "model": "The system, as its run or its source calls it.",
    "organisation": "Who made the model.",
    "released": "When the model was released.",
    "parameters": "The number of the model's parameters, as stated.",
    "weights": "Whether the model's weights can be had.",
    "95 % interval": "Where the value would lie in 95 % of repetitions with other questions or "
    "samples; drawn as a bar, the value as a dot. Published figures have one only where it was "
    "given.",
    "spread": "Standard deviation over sets of samples.",
    "n": "The number of questions or samples that the value is a mean of.",
    "no answer": "Replies without an answer; they count as wrong.",
    "errors": "Samples without a reply. Until they are asked again the run is incomplete.",
    "evaluations": "Evaluations of the network for one sample, one after another, as counted or "
    "stated. Work, in brackets, counts those made side by side too.",
    "settings": "What may differ between entries of one table.",
    "origin": "Run: at hand. Re-run: by those who keep the leaderboard. Re-scored: replies of "
    "others, scored by them. Self-reported: the figures are their sender's. Published: read in a "
    "paper or on a page.",
    "source": "Where the figure was read.",
    "run": "The run that the figures come from.",
}
"""Heading -> what it means, of columns that are no numbers of a metric."""

METRICS: Mapping[str, str] = {
    "accuracy": "Share of questions answered right.",
    "accuracy/strict": "Share answered right and in exactly the form that was asked for.",
    "accuracy/rule": "Share answered right by the fixed rule that compares with the key.",
    "accuracy/judge": "Share answered right in the eyes of the model that judges.",
    "drawing": "Share of drawings that are right.",
    "chance": "What guessing among the choices would score.",
    "agreement": "Share of questions on which judge and rule agree.",
    "kappa": "Agreement of judge and rule beyond chance (Cohen's kappa).",
    "exact-accuracy": "Share of puzzles solved in every cell.",
    "cell-accuracy": "Share of cells filled in right.",
    "frechet": "Fréchet distance of generated to reference images on a representation.",
    "frechet-infinity": "Fréchet distance, extrapolated to infinitely many samples.",
    "frechet-ratio": "Fréchet distance as a multiple of that of real test images.",
    "kernel": "Kernel distance (squared maximum mean discrepancy) on a representation.",
    "fid": "Fréchet distance on Inception-v3 features.",
    "is": "Inception Score: how sure and how varied a classifier's predictions are.",
    "inception-score": "How sure and how varied a classifier's predictions are.",
    "fdr": "Fréchet distance as a multiple of that of real validation images.",
    "fdr6": "Mean over six representations of the Fréchet distance as a multiple of real images'.",
    "fd": "Fréchet distance on another representation than Inception-v3.",
    "cmmd": "Maximum mean discrepancy on CLIP features.",
    "precision": "Share of generated images that lie among real ones.",
    "recall": "Share of real images that lie among generated ones.",
    "density": "How densely real images lie around generated ones.",
    "coverage": "Share of real images with a generated one near.",
    "hpsv2.0": "Human Preference Score, version 2.0: a model of what people prefer.",
    "hpsv2.1": "Human Preference Score, version 2.1: a model of what people prefer.",
    "aesthetic": "LAION's predictor of how beautiful people find an image.",
    "imagereward": "ImageReward: a model of what people prefer for a prompt.",
    "pickscore": "PickScore: a model of which image people pick.",
    "clipscore": "Likeness of image and prompt in CLIP's eyes.",
    "preferred": "Share of comparisons in which people preferred it.",
    "miou": "Mean over classes of intersection over union.",
    "aacc": "Share of pixels labelled right.",
    "macc": "Mean over classes of the share of pixels labelled right.",
    "epe": "Mean distance in pixels of the predicted from the true flow (end-point error).",
    "fl-all": "Share of pixels whose flow is wrong by more than 3 pixels and 5 %.",
    "top-1": "Share of images whose likeliest class is the right one.",
    "micro-f1": "F1 over all decisions of all classes.",
    "perplexity": "Exponential of the mean negative log-likelihood a token.",
    "speed-up": "How many times faster than ordinary decoding.",
    "training-memory": "Memory that training takes.",
    "less-training-memory": "How many times less memory training takes, as its paper claims.",
    "training-seconds-per-iteration": "Seconds that a step of training takes.",
    "backward-speed-up": "How many times faster the backward pass is, as its paper claims.",
    "preferred-to-real": "Share of comparisons in which people preferred it to real images.",
    "preferred-to-base": "Share of comparisons in which people preferred it to the model before.",
    "fid-improvement": "By how much the Fréchet distance is better than a baseline's.",
    "ssim-improvement": "By how much structural similarity is better than a baseline's.",
    "within-1px": "Share of pixels whose flow is right to 1 pixel.",
    "within-3px": "Share of pixels whose flow is right to 3 pixels.",
    "within-5px": "Share of pixels whose flow is right to 5 pixels.",
    "seconds-per-10-images": "Seconds that ten images take.",
    "time-of-flux-dev": "Time for an image as a share of FLUX-dev's.",
    "memory-of-flux-dev": "Memory as a share of FLUX-dev's.",
    "fewer-evaluations": "How many times fewer evaluations of the network it needs.",
}
"""Metric -> what it measures. Of ``fd/dinov2-l`` the part before the stroke counts too."""

SUBSETS: Mapping[str, str] = {
    "overall": "Over all subsets.",
    "mean": "The mean of the subsets.",
    "average": "The mean of the subsets.",
    "en": "Questions in English.",
    "zh": "Questions in Chinese.",
}
"""Subset -> on what a figure is measured, where its name does not say it."""


def metric_words(column: Column) -> str:
    """Return what a column of numbers holds; "" for a metric without words here."""
    subset, metric = column
    words = METRICS.get(metric) or METRICS.get(metric.partition("/")[0], "")
    if metric.endswith("/minimum") and words:
        words += " The least over sets of samples."
    where = SUBSETS.get(subset, f"On: {subset}." if subset else "")
    return f"{words} {where}".strip() if words else ""


def better_words(group: Group, column: Column) -> str:
    """Return which direction is better, in words."""
    for ranked in (*group.ranked, *group.below):
        if column in ranked.entry.figures:
            higher = ranked.entry.figures[column].higher_is_better
            return {True: "Higher is better.", False: "Lower is better.", None: ""}[higher]
    return ""

"""Fashion-MNIST against itself: what the metrics say of sets whose order is known.

    python -m tests.benchmarks.real_images [-n 1000]

The first n images of the training set are real; fake are the first n of the test set, the same
blurred by one pixel, and the first n of five of the ten classes. Needs Debian's package
dataset-fashion-mnist.
"""

import argparse

from rbench.leaderboards.tables import table
from rbench.metrics import Extractor, frechet_jackknife, kernel_distance, manifold_scores
from tests.metrics import fashion_mnist


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=1000)
    n = parser.parse_args().n
    test = fashion_mnist.images("test", 0, n)
    fakes = {
        "test set": test,
        "half of the classes": fashion_mnist.of_half_the_classes("test", n),
        "test set, blurred": fashion_mnist.blurred(test),
    }
    rows = []
    for name in ("pixels/28", "efficientnet-lite0"):
        extractor = Extractor(name, device="cpu")
        (output,) = extractor.outputs
        real = extractor.extract(fashion_mnist.rgb(fashion_mnist.images("train", 0, n)))[output]
        for fake_name, images in fakes.items():
            fake = extractor.extract(fashion_mnist.rgb(images))[output]
            frechet, kernel = frechet_jackknife(real, fake), kernel_distance(real, fake)
            scores = manifold_scores(real, fake)
            assert frechet.interval and kernel.interval and scores.precision and scores.recall
            rows.append(
                [
                    name,
                    fake_name,
                    f"{frechet.value:.2f}",
                    f"{frechet.interval.low:.2f} – {frechet.interval.high:.2f}",
                    f"{kernel.value:.5f}",
                    f"{kernel.interval.low:.5f} – {kernel.interval.high:.5f}",
                    f"{scores.precision.value:.3f}",
                    f"{scores.recall.value:.3f}",
                ]
            )
    head = ["on", "fake", "Fréchet", "95 % interval", "kernel", "95 % interval", "precision",
            "recall"]  # fmt: skip
    print(table(head, rows, left=2))


if __name__ == "__main__":
    main()

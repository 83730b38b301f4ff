"""What all tests share: no time limit on examples, and less work for the garbage collector."""

import gc

from hypothesis import settings

settings.register_profile("rbench", deadline=None)
settings.load_profile("rbench")

# It would look again and again at what imports leave behind, millions of objects that stay.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()

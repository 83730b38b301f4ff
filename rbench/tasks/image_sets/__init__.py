"""Real images as data sets publish them: readers, layouts of ``--data DIR``, converted copies."""

"""Visual questions made on demand: a scene, its picture, an answer that two solvers agree on."""

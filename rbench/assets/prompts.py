"""Prompt sets and prompt templates, each at a commit."""

from rbench.assets.asset import Asset

_RAW = "https://raw.githubusercontent.com"
_GENEVAL = f"{_RAW}/djghosh13/geneval/af4902f24d3ca90ebbb446dd9891a59e0f82725f/prompts"


def _prompts(
    name: str, address: str, licence: str, what: str, sha256: str, size: int, source: str = ""
) -> Asset:
    return Asset(
        name=f"prompts/{name}",
        address=address,
        licence=licence,
        what=what,
        sha256=sha256,
        size=size,
        kind="prompts",
        source=source or "the file in that repository at that commit; its LICENSE",
    )


OPENCOMPASS_RBENCH = Asset(
    name="opencompass/rbench_gen_544610.py",
    address=f"{_RAW}/open-compass/opencompass/a5acc4bba3b658f151617a3b393602110fb7a740/"
    "opencompass/configs/datasets/R_Bench/rbench_gen_544610.py",
    licence="Apache-2.0",
    what="the prompt of R-Bench-T in OpenCompass",
    kind="prompts",
    source="open-compass/opencompass at that commit; its LICENSE",
)

PARTI = _prompts(
    "parti/PartiPrompts.tsv",
    f"{_RAW}/google-research/parti/5a657978134374ce28973948331b319adef164bd/PartiPrompts.tsv",
    "Apache-2.0",
    "the 1,632 prompts of PartiPrompts",
    "fab29e41bb512a169b56acab4cf2a41dcb675e285df2efcde6640c7dd3c440eb",
    123_107,
)
GENEVAL_METADATA = _prompts(
    "geneval/evaluation_metadata.jsonl",
    f"{_GENEVAL}/evaluation_metadata.jsonl",
    "MIT",
    "the 553 prompts of GenEval with what they ask for",
    "5c48e0813e812e3c373fa5c8ed07a8f0a483be30272b4427b0559c8048e67c13",
    85_209,
)
GENEVAL_PROMPTS = _prompts(
    "geneval/generation_prompts.txt",
    f"{_GENEVAL}/generation_prompts.txt",
    "MIT",
    "the 553 prompts of GenEval, one a line",
    "55b6e3650e980c13daf30569eb666e000faf19bfc2b7b4cbe999fcdb7aa9d680",
    18_345,
)
GENEVAL_NAMES = _prompts(
    "geneval/object_names.txt",
    f"{_GENEVAL}/object_names.txt",
    "MIT",
    "the 80 names of objects of GenEval",
    "608f6a0e5c8ca1c7a92b818430141fe268c85b7930b50f4160f1d65893b5bacd",
    642,
)
IMAGEREWARD = _prompts(
    "imagereward/benchmark-prompts.json",
    f"{_RAW}/zai-org/ImageReward/c1392c6dd0fd6ecd6d416c96959ab744a6d0a8fb/"
    "benchmark/benchmark-prompts.json",
    "Apache-2.0 (from DiffusionDB)",
    "the 100 prompts of ImageReward's benchmark",
    "34682e824ebb3ad8e2531b3cde1b362dc72e1e29946ff6fab77bb49e9edb4b21",
    14_558,
)
HPSV2 = tuple(
    _prompts(
        f"hpsv2/{style}.json",
        f"hf://datasets/zhwang/HPDv2@b9517430f34b1080d4f741118d2a440155a165cd/benchmark/{style}.json",
        "Apache-2.0",
        f"the 800 prompts of HPSv2's benchmark, {style}",
        sha256,
        size,
        "a public manifest of the benchmark (revision, hash, size); licence as on ymhao/HPDv2",
    )
    for style, sha256, size in (
        ("anime", "6b38a479cc6f899866e9b7a8bf91f096b4afc6883b95275a61891327182b14ae", 62_816),
        ("concept-art", "530d057deafcb82c581e9d1be2ffcb98828fe99f0b54257414d2ab8a5cf2b83e", 85_787),
        ("paintings", "6570d39467e08b24b64e5b8a4177b0f61c525631121dc5a91fe2ab956eab4d5f", 81_338),
        ("photo", "92a3c9a0f743f66eb87bd112cdda830d6bdb4c073c86021d53b74001fcb18052", 44_606),
    )
)

PROMPTS = (
    OPENCOMPASS_RBENCH,
    PARTI,
    GENEVAL_METADATA,
    GENEVAL_PROMPTS,
    GENEVAL_NAMES,
    IMAGEREWARD,
    *HPSV2,
)

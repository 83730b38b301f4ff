"""Published reference statistics, and the samples whose published scores are golden values.

The reference batches of guided-diffusion hold ``mu`` and ``sigma`` of the whole training set,
``mu_s`` and ``sigma_s`` for sFID, and 10,000 images for precision and recall; EDM's hold ``mu``
and ``sigma``. Pickles are listed because papers were measured against them; rbench never
unpickles them as they are.
"""

from rbench.assets.asset import Asset, Kind

_OPENAI = "https://openaipublic.blob.core.windows.net/diffusion/jul-2021/ref_batches"
_NVIDIA = "https://nvlabs-fi-cdn.nvidia.com"


def _adm(path: str, what: str, kind: Kind = "statistics") -> Asset:
    return Asset(
        name=f"{kind}/guided-diffusion/{path.rpartition('/')[2]}",
        address=f"{_OPENAI}/{path}",
        licence="MIT (the pictures: their data set's terms)",
        what=what,
        kind=kind,
        source="openai/guided-diffusion evaluations/README.md (address); its LICENSE",
    )


def _edm(path: str, what: str, licence: str = "CC-BY-NC-SA-4.0") -> Asset:
    project, _, rest = path.partition("/")
    return Asset(
        name=f"statistics/{project}/{rest.rpartition('/')[2]}",
        address=f"{_NVIDIA}/{path}",
        licence=licence,
        what=what,
        kind="statistics",
        source=f"NVlabs/{project} README.md (address; EDM also licence)",
    )


def _jit(size: int, sha256: str) -> Asset:
    return Asset(
        name=f"statistics/jit/jit_in{size}_stats.npz",
        address=f"https://raw.githubusercontent.com/LTH14/JiT/main/fid_stats/jit_in{size}_stats.npz",
        licence="MIT",
        what=f"JiT's Inception statistics of ImageNet at {size}",
        sha256=sha256,
        kind="statistics",
        source="evaluation scripts of JiT's successors (address, hash); licence of LTH14/JiT",
    )


ADM_IMAGENET_256 = Asset(
    name="statistics/guided-diffusion/VIRTUAL_imagenet256_labeled.npz",
    address=f"{_OPENAI}/imagenet/256/VIRTUAL_imagenet256_labeled.npz",
    licence="MIT (the pictures: their data set's terms)",
    what="guided-diffusion's reference batch of ImageNet at 256",
    sha256="b32732719497e42660a9affb4a966068cba0855ac449b82015e34ec376d20758",
    size=2_037_122_530,
    kind="statistics",
    source="openai/guided-diffusion evaluations/README.md (address); hash in seven public files, "
    "size in two of them",
)
ADM_IMAGENET_64 = _adm(
    "imagenet/64/VIRTUAL_imagenet64_labeled.npz", "guided-diffusion's reference of ImageNet at 64"
)
ADM_IMAGENET_128 = _adm(
    "imagenet/128/VIRTUAL_imagenet128_labeled.npz",
    "guided-diffusion's reference of ImageNet at 128",
)
ADM_IMAGENET_512 = _adm(
    "imagenet/512/VIRTUAL_imagenet512.npz", "guided-diffusion's reference of ImageNet at 512"
)
ADM_LSUN = tuple(
    _adm(
        f"lsun/{scene}/VIRTUAL_lsun_{scene}256.npz", f"guided-diffusion's reference of LSUN {scene}"
    )
    for scene in ("bedroom", "cat", "horse")
)
ADM_SAMPLES = tuple(
    _adm(path, f"guided-diffusion's 50,000 samples {path.rpartition('/')[2]}", "samples")
    for path in (
        "imagenet/64/admnet_imagenet64.npz",
        "imagenet/128/admnet_guided_imagenet128.npz",
        "imagenet/256/admnet_guided_imagenet256.npz",
        "imagenet/256/admnet_guided_upsampled_imagenet256.npz",
        "imagenet/512/admnet_guided_imagenet512.npz",
        "imagenet/512/admnet_guided_upsampled_imagenet512.npz",
        "lsun/bedroom/admnet_dropout_lsun_bedroom.npz",
        "lsun/cat/admnet_dropout_lsun_cat.npz",
        "lsun/horse/admnet_dropout_lsun_horse.npz",
    )
)

EDM = tuple(
    _edm(f"edm/fid-refs/{name}.npz", f"EDM's reference statistics {name}", licence)
    for name, licence in (
        ("cifar10-32x32", "CC-BY-NC-SA-4.0"),
        ("ffhq-64x64", "CC-BY-NC-SA-4.0"),
        ("afhqv2-64x64", "CC-BY-NC-SA-4.0"),
        ("imagenet-64x64", "CC-BY-NC-SA-4.0"),
        ("imagenet-64x64-baseline", "CC-BY-NC-SA-4.0 (derived from MIT)"),
    )
)
EDM2 = tuple(
    _edm(
        f"edm2/dataset-refs/{name}.pkl",
        f"EDM2's reference statistics {name} (a pickle: not read as it is)",
        "unknown",
    )
    for name in ("img64", "img512")
)

JIT_256 = _jit(256, "412046720c0d496dc6d72a30eac3e22b9ef6ddac3501cce7f996674ad227ba4c")
JIT_512 = _jit(512, "cdd15b54f9d1f26a881fcdc920a3410fa7a934047d6c4f5b8395b87182a9ab42")

IMF_256 = Asset(
    name="statistics/imf/imagenet_256_fid_stats.npz",
    address="hf://he-vision-group/iMF@main/imagenet_256_fid_stats.npz",
    licence="unknown",
    what="iMF's Inception statistics of ImageNet at 256 (computed on TPU)",
    kind="statistics",
    source="README of iMF (address)",
)

FD_LOSS = Asset(
    name="statistics/fd-loss/paper_ref_stats.pkl",
    address="hf://jjiaweiyang/FD-Loss@main/data/fid_stats/paper_ref_stats.pkl",
    licence="unknown",
    what="FD-Loss's bundle of the FDr^6 references (a pickle: export it to npz, not read as it is)",
    kind="statistics",
    source="FD-Loss scripts/README.md (address)",
)

STATISTICS = (
    ADM_IMAGENET_64,
    ADM_IMAGENET_128,
    ADM_IMAGENET_256,
    ADM_IMAGENET_512,
    *ADM_LSUN,
    *EDM,
    *EDM2,
    JIT_256,
    JIT_512,
    IMF_256,
    FD_LOSS,
)
SAMPLES = ADM_SAMPLES

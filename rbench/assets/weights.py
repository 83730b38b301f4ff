"""The weights that representations are built from.

Hashes and sizes were read in public code that fetches or audits the same file, named in `source`;
where none states the hash it is None, and the first fetch is remembered.
"""

from rbench.assets.asset import Asset

_TIMM = "timm 1.0 pretrained configurations: hub name and licence"


def _timm(name: str, licence: str, revision: str = "main", source: str = "") -> Asset:
    return Asset(
        name=f"weights/timm/{name}/model.safetensors",
        address=f"hf://timm/{name}@{revision}/model.safetensors",
        licence=licence,
        what=f"timm's weights {name}",
        source=f"{_TIMM}{source}",
    )


INCEPTION_V3 = Asset(
    name="weights/inception-v3/weights-inception-2015-12-05-6726825d.pth",
    address="https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    "weights-inception-2015-12-05-6726825d.pth",
    licence="Apache-2.0",
    what="the Inception-v3 weights of FID (torch-fidelity)",
    sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    size=95_628_359,
    source="torch-fidelity 0.4.0 feature_extractor_inceptionv3.py (address, licence); hash in "
    "ten public files, two of which give pytorch-fid's pt_inception-2015-12-05 the same one",
)

VGG16 = Asset(
    name="weights/vgg16/vgg16-397923af.pth",
    address="https://download.pytorch.org/models/vgg16-397923af.pth",
    licence="BSD-3-Clause",
    what="torchvision's VGG16 weights (torch-fidelity's precision and recall)",
    sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    size=553_433_881,
    source="torchvision models/vgg.py (address; the name holds the first digits of the hash), "
    "torch-fidelity 0.4.0 utils_torchvision.py; hash in ten public files",
)

DINOV2_L = Asset(
    name="weights/dinov2/dinov2_vitl14_pretrain.pth",
    address="https://dl.fbaipublicfiles.com/dinov2/dinov2_vitl14/dinov2_vitl14_pretrain.pth",
    licence="Apache-2.0",
    what="the DINOv2 ViT-L/14 weights of EDM2 and dgm-eval",
    sha256="d5383ea8f4877b2472eb973e0fd72d557c7da5d3611bd527ceeb1d7162cbf428",
    size=1_217_586_395,
    source="timm's configuration (address); hash in ten public files, size and licence in some",
)

CLIP_L_336 = Asset(
    name="weights/open-clip/ViT-L-14-336.openai/open_clip_model.safetensors",
    address="hf://timm/vit_large_patch14_clip_336.openai"
    "@81e38efc4637de5023b10e75a7f9bd1c6fa6b010/open_clip_model.safetensors",
    licence="MIT",
    what="the CLIP ViT-L/14 at 336 of CMMD (OpenAI's weights)",
    sha256="fbc415c3d0d7b79faed8f5ccfb740c32b7c4f5ffe7283b851f89c6231c01a8e0",
    size=1_711_828_444,
    source="open_clip's pretrained table (hub name); revision, hash and size in six public "
    "files; licence of openai/CLIP",
)

CLIP_L_224 = Asset(
    name="weights/open-clip/ViT-L-14.openai/open_clip_model.safetensors",
    address="hf://timm/vit_large_patch14_clip_224.openai"
    "@18d0535469bb561bf468d76c1d73aa35156c922b/open_clip_model.safetensors",
    licence="MIT",
    what="the CLIP ViT-L/14 at 224 of open_clip (OpenAI's weights)",
    sha256="9ce2e8a8ebfff3793d7d375ad6d3c35cb9aebf3de7ace0fc7308accab7cd207e",
    source="open_clip's pretrained table (hub name); revision and hash in several public files; "
    "licence of openai/CLIP",
)

FDR_CONVNEXTV2_B = _timm(
    "convnextv2_base.fcmae_ft_in22k_in1k",
    "CC-BY-NC-4.0",
    "9e250ed8f88b436472d2b24af26f82a8aa8c719d",
    "; revision in five public files",
)
FDR_DINOV2_L = _timm("vit_large_patch14_dinov2.lvd142m", "Apache-2.0")
FDR_MAE_L = _timm("vit_large_patch16_224.mae", "CC-BY-NC-4.0")
FDR_SIGLIP2_SO400M = _timm("vit_so400m_patch16_siglip_256.v2_webli", "Apache-2.0")
FDR_CLIP_L = _timm("vit_large_patch14_clip_224.openai", "MIT", source="; licence of openai/CLIP")

WEIGHTS = (
    INCEPTION_V3,
    VGG16,
    DINOV2_L,
    CLIP_L_336,
    CLIP_L_224,
    FDR_CONVNEXTV2_B,
    FDR_DINOV2_L,
    FDR_MAE_L,
    FDR_SIGLIP2_SO400M,
    FDR_CLIP_L,
)

"""The prompt of R-Bench-T as its authors contributed it to OpenCompass, taken at a commit.

The template is not part of rbench. It is read (never run) from OpenCompass's configuration file,
and its text must hash to what it was when this was written. Without a network, put that file
into the mirror folder: ``$RBENCH_ASSETS/opencompass/rbench_gen_544610.py``.
"""

import ast
import re

from rbench.assets import fetch
from rbench.assets.prompts import OPENCOMPASS_RBENCH as CONFIGURATION
from rbench.errors import AssetError
from rbench.tasks.prompt import template_sha256

TEMPLATE_SHA256 = {
    "en": "567ba874288ae4ca446749af5a3d47a51a082856a3ec72c41da97a498ad05ace",
    "zh": "b104a18f0e80d477cd0be6c368606c9b9dba044d0d0c4414a19fb241abb628d2",
}


def official_prompts(*, offline: bool) -> dict[str, str]:
    """Return the official templates by language. Raises `AssetError`."""
    path = fetch(CONFIGURATION, offline=offline)
    found = read_templates(path.read_text(encoding="utf-8"))
    for language, expected in TEMPLATE_SHA256.items():
        if template_sha256(found.get(language, "")) != expected:
            raise AssetError(
                f"{path} does not hold the {language} template of R-Bench-T that rbench knows "
                f"(sha256 {expected[:12]}...); remove the file to have it fetched again."
            )
    return found


def read_templates(source: str) -> dict[str, str]:
    """Read the templates out of the configuration's source, with our placeholders.

    Each is an f-string whose first part is the name of a text constant that ends in the
    language; the others are literal. The source is parsed and never run.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise AssetError(f"the OpenCompass configuration is not Python: {error}.") from error
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    templates: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr) or not node.values:
            continue
        head, *rest = node.values
        if not (isinstance(head, ast.FormattedValue) and isinstance(head.value, ast.Name)):
            continue
        literals = [part.value for part in rest if isinstance(part, ast.Constant)]
        text = constants.get(head.value.id, "") + "".join(map(str, literals))
        text = text.replace("{RBench_Question_Input}", "{question}")
        text = re.sub(r"\{RBench_Option_([A-F])\}", r"{\1}", text)
        templates[head.value.id.rpartition("_")[2]] = text
    return templates

"""The contrast of every text of the open page, also where axe-core cannot tell (drawings)."""

from selenium import webdriver

_SCRIPT = """
const parsed = (text) => {
  const found = text.match(/[\\d.]+/g).map(Number);
  return { rgb: found.slice(0, 3), alpha: found.length > 3 ? found[3] : 1 };
};
const over = (top, alpha, below) => below.map((old, i) => alpha * top[i] + (1 - alpha) * old);
const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const chain = (element) => {
  const found = [];
  for (let one = element; one; one = one.parentElement) found.unshift(one);
  return found;
};
const behind = (element) => chain(element).reduce((below, one) => {
  const { rgb, alpha } = parsed(getComputedStyle(one).backgroundColor);
  return over(rgb, alpha, below);
}, [255, 255, 255]);

function drawnBehind(text, below) {
  const box = text.getBoundingClientRect();
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  for (const shape of text.ownerSVGElement.querySelectorAll("rect, path, circle, use")) {
    if (text.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_FOLLOWING) continue;
    const style = getComputedStyle(shape), place = shape.getBoundingClientRect();
    const inside = place.left <= x && x <= place.right && place.top <= y && y <= place.bottom;
    if (style.fill === "none" || !inside || shape.closest("defs, clipPath")) continue;
    const { rgb, alpha } = parsed(style.fill);
    below = over(rgb, alpha * Number(style.fillOpacity) * Number(style.opacity), below);
  }
  return below;
}

const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
  if (!text || element.closest("option, script, style, :disabled, .sr")) continue;
  if (!element.checkVisibility({ visibilityProperty: true })) continue;
  const style = getComputedStyle(element), drawn = element.closest("svg text");
  const { rgb, alpha } = parsed(drawn ? style.fill : style.color);
  const below = drawn ? drawnBehind(drawn, behind(element)) : behind(element);
  const shown = chain(element).reduce((all, one) => all * getComputedStyle(one).opacity, alpha);
  const [low, high] = [luminance(over(rgb, shown, below)), luminance(below)].sort((a, b) => a - b);
  const ratio = (high + 0.05) / (low + 0.05), size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  if (ratio < (large ? 3 : 4.5)) {
    found.push(`${ratio.toFixed(2)} of ${rgb} on ${below.map(Math.round)}: ${text.slice(0, 60)}`);
  }
}
return [...new Set(found)];
"""


def faint(page: webdriver.Chrome) -> list[str]:
    """Return the texts whose contrast is under 4.5, or 3 if large (WCAG 2.2, 1.4.3).

    Backgrounds are colours alone, blended: of the elements around a text, and in a drawing of the
    shapes drawn before it whose box holds the middle of the text.
    """
    found: list[str] = page.execute_script(_SCRIPT)
    return found

"""A reader with a keyboard alone: keys go to whatever has the focus."""

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

_OUTLINE = (
    "const s = getComputedStyle(document.activeElement);"
    "return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1"
)
CONTROLS = "a[href], button:enabled, input, select, summary, [tabindex='0']"


def press(page: webdriver.Chrome, *keys: str) -> None:
    """Press keys one after another."""
    ActionChains(page, duration=0).send_keys(*keys).perform()


def tab_to(page: webdriver.Chrome, selector: str, most: int = 150) -> WebElement:
    """Press Tab until what fits `selector` has the focus; all on the way must show theirs."""
    for _ in range(most):
        press(page, Keys.TAB)
        focused = page.switch_to.active_element
        assert page.execute_script(_OUTLINE), focused.get_attribute("outerHTML")
        if page.execute_script("return document.activeElement.matches(arguments[0])", selector):
            return focused
    raise AssertionError(f"Tab does not reach {selector}")


def missed(page: webdriver.Chrome, most: int = 200) -> list[str]:
    """Return the controls in sight that Tab does not reach from the top of the page."""
    controls = [e for e in page.find_elements(By.CSS_SELECTOR, CONTROLS) if e.is_displayed()]
    left = {control.id: str(control.get_attribute("outerHTML"))[:120] for control in controls}
    for _ in range(most):
        if not left:
            break
        press(page, Keys.TAB)
        left.pop(page.switch_to.active_element.id, None)
    return list(left.values())

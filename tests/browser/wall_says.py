"""What a wall says, as tests ask for it: by the state of the page, never by sleep."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = "document.documentElement.dataset"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def live(watched, picture="live", seconds=30) -> None:
    """Returns once the picture is what is asked for."""
    watched.wait_until(f"{PAGE}.live === '{picture}'", seconds)


def text(watched, selector) -> str:
    """What an element shows."""
    return str(watched.page.inner_text(selector))


def says(watched, selector, words) -> None:
    """Returns once an element holds the words."""
    watched.wait_until(f"document.querySelector({selector!r})?.textContent.includes({words!r})")


def said(site, watched, **wanted) -> dict:
    """The first presence of the screen that holds these values, once it came."""
    for _ in range(600):
        for path, body in list(site.posts):
            if path.endswith("/presence") and all(body[name] == value for name, value in wanted.items()):
                return body
        watched.page.wait_for_timeout(50)
    raise AssertionError(f"never said: {wanted}; {site.posts}")


def violations(watched) -> list[tuple[str, list[str]]]:
    """What axe-core has to say of the page as it stands, contrast included."""
    watched.page.evaluate(AXE)
    found = watched.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]]

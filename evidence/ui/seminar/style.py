"""The look of the seminar: the stage fills the window, type grows with it, the frame steps back."""

from evidence.report.figures.style import Ink

_STAGE = """
[data-testid="stHeader"], .st-key-frame-top, .st-key-frame-foot { display: none !important; }
.st-key-seminar-stage {
  position: fixed; inset: 0 0 var(--bar) 0; z-index: 5; display: flex; flex-flow: column nowrap; gap: 0.8vh;
  padding: 2.6vh 3.2vw 0.5vh; overflow: hidden auto; background: var(--paper);
}
.st-key-seminar-stage > * { flex: 0 0 auto; }
.st-key-seminar-stage h1 {
  font-size: var(--large) !important; line-height: 1.14 !important; padding: 0 0 0.2em !important; text-wrap: balance;
}
.st-key-seminar-stage p, .st-key-seminar-stage li { font-size: var(--body) !important; line-height: 1.32 !important; }
.st-key-seminar-stage li { margin: 0 0 0.35em !important; }
.st-key-seminar-stage [data-testid="stMarkdownContainer"] { margin-bottom: 0 !important; }
.st-key-seminar-words { padding-top: 1.5vh; }
.st-key-seminar-words p { margin: 0 !important; }
.st-key-seminar-words p, .st-key-seminar-words li { font-size: var(--words) !important; }
.st-key-seminar-words ul { padding-left: calc(var(--words) * 0.75) !important; margin: 0 !important; }
.st-key-seminar-words li { margin: 0 0 0.75em !important; }
.st-key-seminar-kicker p { color: var(--quiet); font-weight: 600; }
/* The figure takes what is left of the stage, also inside the block that Streamlit puts round a fragment. */
.st-key-seminar-stage > :has(.st-key-seminar-figure), .st-key-seminar-stage :has(> .st-key-seminar-figure) {
  flex: 1 1 0 !important; min-height: 240px;
}
.st-key-seminar-stage > * > :has(> * > .st-key-seminar-figure) { height: 100%; gap: 0.8vh; }
/* A smaller box scaled up: larger type, same outline. Plotly measures its box after the scale. */
.st-key-seminar-figure {
  transform: scale(var(--scale)); transform-origin: top left; flex: none !important;
  width: calc(100% / var(--scale)) !important; height: calc(100% / var(--scale)) !important; max-width: none !important;
}
.st-key-seminar-figure [data-testid="stElementContainer"] {
  width: calc(100% / var(--scale)) !important; height: calc(100% / var(--scale)) !important;
  min-height: 0; flex: none !important;
}
.st-key-seminar-figure [data-testid="stFullScreenFrame"], .st-key-seminar-figure [data-testid="stPlotlyChart"] {
  height: 100% !important; min-height: 0;
}
.st-key-seminar-figure * { overflow: visible !important; }
.st-key-seminar-figure [data-testid="stElementToolbar"] { display: none; }
.seminar-code img { display: block; height: min(48vh, 36vw); width: auto; image-rendering: pixelated; }
.seminar-references { columns: 20em auto; column-gap: 2vw; font-size: calc(var(--body) * 0.72); }
.seminar-references li { font-size: inherit !important; break-inside: avoid; }
.seminar-references a { color: inherit; text-decoration: none; }
.st-key-seminar-bar {
  position: fixed; inset: auto 0 0 0; z-index: 6; height: var(--bar); padding: 0 3.2vw; align-items: center;
  background: var(--band); border-top: 1px solid var(--edge);
}
.st-key-seminar-bar p { font-size: 17px !important; white-space: nowrap; }
.st-key-seminar-keys { display: none !important; }
.seminar-progress { position: fixed; left: 0; right: 0; bottom: var(--bar); height: 5px; z-index: 7;
  background: var(--edge); }
.seminar-progress div { height: 100%; background: var(--ink); }
.st-key-seminar-ask { gap: 0.5vh; }
.st-key-seminar-ask button p { font-size: 20px !important; }
.st-key-seminar-ask input { font-size: 20px !important; }
.st-key-seminar-ask [data-testid="stNumberInputStepDown"], .st-key-seminar-ask [data-testid="stNumberInputStepUp"] {
  display: none;
}
.st-key-seminar-ask .st-key-seminar-room button { min-height: 0; }
@media (prefers-reduced-motion: no-preference) { .seminar-progress div { transition: width 0.2s; } }
"""
# When, then pixels of headline, body and a step of words alone, and how far the figure is scaled.
_SIZES = (
    ("all", 40, 24, 27, 1.0),
    ("(min-width: 1240px) and (min-height: 700px)", 44, 26, 31, 1.15),
    ("(min-width: 1360px) and (min-height: 840px)", 48, 28, 35, 1.25),
    ("(min-width: 1800px) and (min-height: 960px)", 62, 36, 46, 1.65),
    ("(min-width: 2400px) and (min-height: 1300px)", 82, 48, 62, 2.2),
)


def stage(ink: Ink) -> str:
    """Return the style sheet of a step on the stage."""
    colours = (
        f"--paper: {ink.paper}; --band: {ink.band}; --edge: {ink.grid}; --quiet: {ink.secondary}; --ink: {ink.link};"
    )
    sizes = "\n".join(
        f"@media {when} {{ :root {{ --large: {large}px; --body: {body}px; --words: {words}px; --scale: {scale}; }} }}"
        for when, large, body, words, scale in _SIZES
    )
    return f"<style>:root {{ --bar: 68px; {colours} }}\n{sizes}\n{_STAGE}</style>"


def notes() -> str:
    """Return the style sheet of the speaker's notes."""
    return """<style>
[data-testid="stHeader"], .st-key-frame-top, .st-key-frame-foot, .st-key-seminar-keys { display: none !important; }
.st-key-seminar-notes p, .st-key-seminar-notes li { font-size: 20px; line-height: 1.4; }
</style>"""


def listener() -> str:
    """Return the style sheet of a phone that reads along."""
    return """<style>
[data-testid="stHeader"], .st-key-frame-top { display: none !important; }
[data-testid="stMainBlockContainer"] { padding-top: 1rem !important; max-width: 760px; }
.st-key-seminar-listener h1 { font-size: 26px !important; line-height: 1.2 !important; padding: 0 !important; }
.st-key-seminar-listener p { font-size: 17px; line-height: 1.4; }
.st-key-seminar-listener [data-testid="stPills"] button, .st-key-seminar-listener [data-testid="stButtonGroup"] button {
  min-width: 56px; min-height: 44px;
}
</style>"""

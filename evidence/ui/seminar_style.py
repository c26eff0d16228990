"""The look of the seminar: the stage fills the window, type grows with it, the frame steps back."""

from evidence.figures.style import Ink

_STAGE = """
[data-testid="stHeader"], .st-key-frame-top, .st-key-frame-foot { display: none !important; }
.st-key-seminar-stage {
  position: fixed; inset: 0 0 var(--bar) 0; z-index: 5; display: flex; flex-flow: column nowrap; gap: 0.8vh;
  padding: 2.6vh 3.2vw 0.5vh; overflow: hidden auto; background: var(--paper);
}
.st-key-seminar-stage > * { flex: 0 0 auto; }
.st-key-seminar-stage h1 {
  font-size: var(--large) !important; line-height: 1.12 !important; padding: 0 !important; text-wrap: balance;
}
.st-key-seminar-stage p, .st-key-seminar-stage li { font-size: var(--body) !important; line-height: 1.32 !important; }
.st-key-seminar-stage li { margin: 0 0 0.35em !important; }
.st-key-seminar-kicker p { color: var(--quiet); font-weight: 600; }
.st-key-seminar-stage > :has(> .st-key-seminar-figure) { flex: 1 1 0 !important; min-height: 240px; }
.st-key-seminar-figure { zoom: var(--zoom); }
.st-key-seminar-figure, .st-key-seminar-figure [data-testid="stElementContainer"],
.st-key-seminar-figure [data-testid="stFullScreenFrame"], .st-key-seminar-figure [data-testid="stPlotlyChart"] {
  height: 100% !important; min-height: 0;
}
.st-key-seminar-figure [data-testid="stElementToolbar"] { display: none; }
.seminar-code svg { display: block; height: min(46vh, 40vw); width: auto; background: #fff; border-radius: 8px; }
.seminar-references li { font-size: calc(var(--body) * 0.85) !important; }
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
.st-key-seminar-ask .st-key-seminar-room button { min-height: 0; }
@media (prefers-reduced-motion: no-preference) { .seminar-progress div { transition: width 0.2s; } }
"""
_SIZES = (
    ("all", 40, 24, 1.0),
    ("(min-width: 1240px) and (min-height: 700px)", 44, 26, 1.15),
    ("(min-width: 1360px) and (min-height: 840px)", 48, 28, 1.25),
    ("(min-width: 1800px) and (min-height: 960px)", 62, 36, 1.65),
    ("(min-width: 2400px) and (min-height: 1300px)", 82, 48, 2.2),
)


def stage(ink: Ink) -> str:
    """The style sheet of a step on the stage."""
    colours = (
        f"--paper: {ink.paper}; --band: {ink.band}; --edge: {ink.grid}; --quiet: {ink.secondary}; --ink: {ink.link};"
    )
    sizes = "\n".join(
        f"@media {when} {{ :root {{ --large: {large}px; --body: {body}px; --zoom: {zoom}; }} }}"
        for when, large, body, zoom in _SIZES
    )
    return f"<style>:root {{ --bar: 68px; {colours} }}\n{sizes}\n{_STAGE}</style>"


def notes() -> str:
    """The style sheet of the speaker's notes."""
    return """<style>
[data-testid="stHeader"], .st-key-frame-top, .st-key-frame-foot, .st-key-seminar-keys { display: none !important; }
.st-key-seminar-notes p, .st-key-seminar-notes li { font-size: 20px; line-height: 1.4; }
</style>"""

"""The look of a report: one style sheet, light and dark."""

# Colors of runs, told apart with color-vision deficiencies too, and legible
# as text. More runs than these begin anew.
_LIGHT = ("#0f6cb6", "#b04a00", "#832db6", "#00756d", "#bd1f01", "#5f6470")
_DARK = ("#6cb4f0", "#ffa94d", "#c79aec", "#5fd0c5", "#ff8f78", "#b4bac6")


def stylesheet(count):
  """Returns the CSS of a report of so many runs."""
  light, dark = (
    "".join(
      f"--run-{number}:{colors[(number - 1) % len(colors)]};"
      for number in range(1, count + 1)
    )
    for colors in (_LIGHT, _DARK)
  )
  classes = "\n".join(
    f".run-{number} {{ --run: var(--run-{number}); }}"
    for number in range(1, count + 1)
  )
  return (
    f":root {{ --count: {count}; {light} }}\n"
    f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    f"{classes}\n{_CSS}"
  )


_CSS = """\
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f7f8; --line: #d9dce0; --text: #1d2126;
  --muted: #5a626c; --link: #0f5c9c; --warning: #b04a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --panel: #1e2227; --line: #363c44; --text: #e6e8eb;
    --muted: #a3abb5; --link: #7ab8ec; --warning: #ffa94d;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 0 clamp(1rem, 3vw, 3rem) 3rem;
  max-width: calc(46rem + 20rem * min(var(--count), 4));
  background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
    "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
header { padding: 2.2rem 0 0; }
h1 { margin: 0 0 .6rem; font-size: 1.9rem; line-height: 1.2; }
h2 {
  margin: 2.8rem 0 1rem; padding-top: .9rem; border-top: 1px solid var(--line);
  font-size: 1.35rem; line-height: 1.3;
}
h3 { margin: 2rem 0 .4rem; font-size: 1.05rem; line-height: 1.3; }
p { margin: .3rem 0 .8rem; }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; }
code {
  font: .88em ui-monospace, SFMono-Regular, Menlo, Consolas,
    "DejaVu Sans Mono", monospace;
}
.muted { color: var(--muted); }
.note {
  display: block; color: var(--muted); font-size: .84rem; font-weight: normal;
  line-height: 1.4;
}
footer {
  margin-top: 3rem; padding-top: .9rem; border-top: 1px solid var(--line);
  color: var(--muted); font-size: .88rem;
}
.runs {
  display: grid; gap: 1.25rem; align-items: start;
  grid-template-columns: repeat(var(--count), minmax(0, 1fr));
}
article {
  padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--panel); height: 100%;
}
article h3 { margin: 0 0 .4rem; font-size: 1.2rem; color: var(--run); }
article p { margin: .1rem 0; font-size: .9rem; }
dl {
  display: grid; gap: 1rem 1.5rem; margin: 1.1rem 0 .3rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 11rem), 1fr));
}
dt { color: var(--muted); font-size: .88rem; }
dd { margin: 0; }
.big { font-size: 1.6rem; line-height: 1.25; font-weight: 600; }
.big.muted { font-weight: normal; }
.scroll { overflow-x: auto; max-width: 100%; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
caption {
  padding: .3rem 0; color: var(--muted); font-size: .88rem; text-align: left;
}
th, td {
  padding: .45rem 1.2rem .45rem 0; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top;
}
th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom: 2px solid var(--line); }
thead th:first-child { width: 38%; }
tbody th { font-weight: 600; }
.parts th, .parts td { padding: .22rem 1rem .22rem 0; }
.parts th { width: 55%; font-weight: normal; }
.parts { columns: 19rem; column-gap: 2.5rem; }
.parts .scroll { break-inside: avoid; margin-top: 0; padding-bottom: 1rem; }
.compared tbody th { min-width: 9rem; }
.compared tbody td { min-width: 5rem; }
td .value { font-weight: 600; }
td .error { color: var(--muted); white-space: nowrap; }
details { margin: .9rem 0; }
summary { cursor: pointer; color: var(--link); }
.panels {
  display: grid; gap: 1.5rem 1.25rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 18.5rem), 1fr));
}
figure { margin: 0; }
figcaption { margin-bottom: .35rem; font-size: .93rem; }
figcaption strong[class] { color: var(--run); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--muted); font-size: 13px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
polyline {
  fill: none; stroke: var(--run); stroke-width: 2; stroke-linejoin: round;
}
polyline.train { stroke-width: 1.4; stroke-dasharray: 5 4; opacity: .75; }
circle { fill: var(--run); }
svg text.last { fill: var(--run); font-weight: 600; }
.key { margin-right: 1.2rem; color: var(--run); font-weight: 600; }
.key::before {
  content: ""; display: inline-block; width: 1.5em; height: 0;
  margin-right: .45em; border-top: 3px solid var(--run); vertical-align: .28em;
}
figure img {
  display: block; max-width: 100%; height: auto; padding: 6px;
  border: 1px solid var(--line); border-radius: 6px; background: #ffffff;
}
.warning { padding-left: .8rem; border-left: 3px solid var(--warning); }
.missing {
  margin: 0; padding: 2.5rem 1rem; border: 1px dashed var(--line);
  border-radius: 6px; color: var(--muted); text-align: center;
}
@media (min-width: 760px) {
  .compared { table-layout: fixed; }
}
@media (max-width: 760px) {
  .runs { grid-template-columns: minmax(0, 1fr); }
  h1 { font-size: 1.55rem; }
  th, td { padding-right: .8rem; }
}
@media (prefers-color-scheme: dark) {
  figure img { filter: brightness(.92); }
}
@media print {
  nav { display: none; }
  body { max-width: none; padding: 0; font-size: 11px; }
  figure, article, tr { break-inside: avoid; }
}
"""

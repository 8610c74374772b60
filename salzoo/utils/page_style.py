"""The style sheet of the pages: one column, system fonts, light, dark and print."""

# Eight colours that are distinct with colour blindness (Okabe and Ito), darkened or lightened
# for contrast on white and on near-black. Dashes distinguish lines without colour.
_LIGHT = ("#1f6fb2", "#a86500", "#7a7a7a", "#00785a", "#a84f8a", "#8a6d00", "#c2410c", "#334155")
_DARK = ("#5cb6ee", "#e69f00", "#9a9a9a", "#2fbf93", "#dc8fbf", "#d8c53a", "#ff8a50", "#a8b8cc")
_DASHES = ("none", "7 3", "2 3", "8 2 2 2", "4 4", "10 3", "3 1", "1 2")


def _variables(colours: tuple[str, ...]) -> str:
    return "".join(f"--c{index}:{colour};" for index, colour in enumerate(colours))


_CLASSES = "\n".join(
    f".area.c{index}{{fill:var(--c{index})}} "
    f".bar.c{index},.tick.c{index},.line.c{index}{{stroke:var(--c{index})}} "
    f".line.c{index}{{stroke-dasharray:{dashes}}}"
    for index, dashes in enumerate(_DASHES)
)

STYLE = f"""
:root {{ color-scheme: light dark;
  --paper:#fdfdfb; --ink:#1d1f21; --faint:#5d6166; --rule:#d9d9d2; --accent:#eef3f8;
  {_variables(_LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{
  --paper:#16181a; --ink:#e7e6e2; --faint:#a3a7ab; --rule:#3a3e42; --accent:#222b33;
  {_variables(_DARK)} }} }}
* {{ box-sizing: border-box }}
html {{ background: var(--paper); color: var(--ink);
  font: 17px/1.55 Charter, "Bitstream Charter", "Iowan Old Style", Georgia, Cambria, serif }}
body {{ margin: 0 }}
main {{ max-width: 1260px; margin: 0 auto; padding: 3.5rem 1.5rem 5rem }}
h1 {{ font-size: 1.9rem; line-height: 1.2; font-weight: 600; margin: 0 0 1.6rem;
  max-width: 40ch; text-wrap: balance }}
h2 {{ font-size: 1.3rem; font-weight: 600; margin: 3rem 0 1rem; padding-top: .9rem;
  border-top: 1px solid var(--rule) }}
h3 {{ font-size: 1rem; font-weight: 600; margin: 1.6rem 0 .5rem }}
p {{ margin: .4rem 0; max-width: 75ch }}
.lead, .hint, .notes, figcaption, small {{ color: var(--faint) }}
.lead {{ margin: 0 0 .3rem }}
.hint, .notes, figcaption {{ font-size: .85rem }}
dl {{ margin: 0 }}
dl div {{ display: grid; grid-template-columns: 9rem 1fr; gap: 1rem; padding: .28rem 0 }}
dt {{ color: var(--faint) }}
dd {{ margin: 0; max-width: 80ch; overflow-wrap: anywhere }}
.table, svg, summary, dt, dd, figcaption, .notes, .hint {{
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif }}
dt, dd {{ font-size: .88rem }}
.table {{ overflow-x: auto; margin: 1rem 0 2rem }}
.table + .notes {{ margin: -1.6rem 0 2rem }}
.table:focus-visible, summary:focus-visible {{ outline: 2px solid var(--c0); outline-offset: 2px }}
table {{ border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums }}
caption {{ text-align: left; white-space: nowrap; font-weight: 600; padding-bottom: .5rem }}
th, td {{ padding: .42rem .5rem; text-align: right; vertical-align: top; white-space: nowrap }}
th:first-child {{ text-align: left; padding-left: .5rem }}
thead th {{ font-weight: 500; color: var(--faint); border-bottom: 1.5px solid var(--ink) }}
tbody th {{ font-weight: 400 }}
tbody tr {{ border-bottom: 1px solid var(--rule) }}
tbody tr.main {{ background: var(--accent) }}
tbody tr.main th {{ font-weight: 600 }}
td.strong {{ font-weight: 700 }}
td small {{ display: block; font-size: .7rem; font-weight: 400 }}
figure {{ margin: 1.2rem 0 2rem }}
figure img {{ display: block; max-width: 100%; height: auto; border-radius: 3px }}
figcaption {{ margin-top: .5rem }}
.layers {{ position: relative; width: fit-content; max-width: 100% }}
.layers svg {{ position: absolute; inset: 0; width: 100%; height: 100%; max-width: none }}
.layers svg text {{ fill: #fff; stroke: #000c; paint-order: stroke; font-weight: 650 }}
.layers .under {{ fill: none; stroke: #000a }} .layers .over {{ fill: none; stroke: #fff }}
.side {{ display: grid; gap: 0 2rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)) }}
.side figure {{ margin: .8rem 0 1rem }} .side .table {{ margin-top: .4rem }}
details {{ margin: 1rem 0 }}
summary {{ cursor: pointer; font-size: .9rem; font-weight: 600 }}
.charts {{ display: grid; gap: 2rem 2.5rem; margin: 1.2rem 0;
  grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)) }}
svg {{ width: 100%; height: auto; max-width: 460px; font-size: 11px }}
svg text {{ fill: var(--faint) }}
svg .head {{ fill: var(--ink); font-weight: 600; font-size: 12px }}
.grid {{ stroke: var(--rule); stroke-width: 1; fill: none }}
.area {{ fill-opacity: .55 }}
.bar {{ stroke-width: 3 }} .tick {{ stroke-width: 2.2 }}
.line {{ fill: none; stroke-width: 2; stroke-linejoin: round }}
{_CLASSES}
@media (max-width: 600px) {{ html {{ font-size: 16px }} main {{ padding-top: 2rem }}
  dl div {{ grid-template-columns: 1fr; gap: 0 }} }}
@media print {{ @page {{ size: A4 landscape; margin: 14mm }}
  :root {{ --paper:#fff; --ink:#000; --faint:#444; --rule:#bbb; --accent:#f2f2f2;
    {_variables(_LIGHT)} }}
  html {{ font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact }}
  main {{ max-width: none; padding: 0 }}
  .table {{ overflow: visible }} th, td {{ padding: .25rem .4rem }}
  table {{ font-size: .78rem }} figure img {{ max-height: 150mm; width: auto }}
  figure, svg, tr, dl div {{ break-inside: avoid }} h2, h3, caption {{ break-after: avoid }} }}
"""

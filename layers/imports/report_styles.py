"""How a report looks and what its page may do."""

from __future__ import annotations

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)

#: The page follows the system's wish for dark or light.
THEME = "<script>if(matchMedia('(prefers-color-scheme: dark)').matches)document.documentElement.dataset.theme='dark';</script>"

#: Colours are the tokens of the house; in the dark they turn with the system.
STYLE = """
html,body{height:auto!important;margin:0}
body{background:var(--bg);color:var(--ink);font:400 .875rem/1.5 var(--font);font-variant-numeric:tabular-nums}
.folium-map{position:relative!important;height:62vh!important;width:100%!important;background:var(--m-land)!important;border-bottom:1px solid var(--line-2)}
body{display:flex;flex-direction:column}
.head{order:0;padding-bottom:1rem!important}.folium-map{order:1;border-top:1px solid var(--line-2)}article.report{order:2;padding-top:0}
.report{width:100%;box-sizing:border-box;max-width:62rem;margin:0 auto;padding:2rem 1.5rem 3rem}
.report h1{font-size:1.5rem;line-height:1.25;margin:0}
.report h2{font-size:1rem;margin:2rem 0 .5rem}
.report .en{color:var(--ink-2)}
.notice{margin:.5rem 0 0;padding:.5rem .75rem;border-left:3px solid var(--sev2);background:var(--panel)}
.sound{padding-left:.75rem;border-left:3px solid var(--ok)}
.broken{padding-left:.75rem;border-left:3px solid var(--sev1);color:var(--sev1)}
table{width:100%;border-collapse:collapse;background:var(--panel);border:1px solid var(--line)}
th,td{padding:.3rem .75rem;border-bottom:1px solid var(--line);text-align:right;font-weight:400}
th{color:var(--ink-2)}th:first-child,td:first-child{text-align:left}
td.added{color:var(--add)}td.changed{color:var(--chg)}td.removed{color:var(--del)}td.none{color:var(--ink-3)}
code{font-size:.75rem;overflow-wrap:anywhere;color:var(--ink-3)}
path.leaflet-interactive{fill-opacity:0;stroke-opacity:1}
path.m-waters{fill:var(--m-water);fill-opacity:1;stroke:none}
path.m-greens{fill:var(--m-green);fill-opacity:1;stroke:none}
path.m-grid{stroke:var(--m-grid);stroke-width:.8;stroke-dasharray:3 3;fill:var(--sel);fill-opacity:0}
path.m-community{stroke:var(--m-com);stroke-width:1.2;fill:none}
path.m-subdistrict{stroke:var(--m-sub);stroke-width:2;fill:none}
path.m-district{stroke:var(--m-sub);stroke-width:2.5;fill:none}
path.m-grid:hover{fill-opacity:.08}
path.m-community,path.m-subdistrict,path.m-district{pointer-events:none}
path.m-added{stroke:var(--add);fill:var(--add);fill-opacity:.45;stroke-width:2}
path.m-changed{stroke:var(--chg);fill:var(--chg);fill-opacity:.35;stroke-width:2}
path.m-ground{fill-opacity:.08}
path.m-removed{stroke:var(--del);fill:none;stroke-width:2;stroke-dasharray:5 4}
.leaflet-control-layers,.leaflet-bar,.leaflet-tooltip{background:var(--panel)!important;color:var(--ink)!important;border:1px solid var(--line-2)!important;border-radius:2px!important;box-shadow:none!important}
.leaflet-bar a{background:var(--panel)!important;color:var(--ink)!important;border-bottom-color:var(--line)!important}
.leaflet-control-attribution,.leaflet-control-scale-line:nth-child(2){display:none}
.leaflet-container{font:400 .8125rem/1.4 var(--font)!important}
.leaflet-tooltip::before{display:none}
.leaflet-tooltip table{border:0}.leaflet-tooltip td{border:0;padding:0 .25rem;text-align:left}
.leaflet-control-scale-line{background:none!important;border-color:var(--ink-2)!important;color:var(--ink-2)!important;text-shadow:none!important}
@media print{.folium-map{height:12cm!important}body{background:#fff;color:#000}}
"""

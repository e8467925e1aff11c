package chart

import "cnnlang/interp/draw"

// Style is a style sheet of a picture with axes: what all of them share, in the colours of package draw, with what a
// picture has beside.
func Style(own string) string { return draw.Fallbacks(common + own) }

const common = `
:root{--paper:#fff;--ink:#1f2933;--soft:#52606d;--rim:#9aa5b1;--grid:#e4e7eb}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6eaef;--soft:#a9b4c0;--rim:#4a5766;--grid:#2a323b}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#333;--rim:#777;--grid:#ddd}}
text{font:11px "DejaVu Sans",Verdana,Helvetica,Arial,sans-serif;fill:var(--ink)}
.paper{fill:var(--paper)}
.heading{font-size:15px;font-weight:bold}
.axis{font-size:12px;text-anchor:middle}
.tick{fill:var(--soft)}
.tick.x{text-anchor:middle}
.tick.y{text-anchor:end}
.note{font-size:10px;fill:var(--soft)}
.grid{stroke:var(--grid);stroke-width:1}
.rim{stroke:var(--rim);stroke-width:1;fill:none}
`

// Balls on the front are darker in a print in grey, too.
var style = Style(`:root{--ball:#9cc7ec;--edge:#5d9bd1;--best:#f0a030;--line:#b4530a}
@media (prefers-color-scheme:dark){:root{--ball:#3a78ad;--edge:#5d9bd1;--best:#d98a1c;--line:#f0a35e}}
@media print{:root{--ball:#b9d5ee;--edge:#5b87ad;--best:#e8a040;--line:#7a3600}}
.ball .area,.key .area{fill:var(--ball);fill-opacity:.5;stroke:var(--edge);stroke-width:1}
.dot{pointer-events:none;fill:var(--ink)}
.ball.front .area,.key .area.best{fill:var(--best);fill-opacity:.55;stroke:var(--line)}
.front-line{fill:none;stroke:var(--line);stroke-width:1.6}
.lead{stroke:var(--soft);stroke-width:.7}
.label{fill:var(--soft);paint-order:stroke;stroke:var(--paper);stroke-width:2.5px;stroke-opacity:.75;stroke-linejoin:round}
.label.front{fill:var(--ink)}
`)

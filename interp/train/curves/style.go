package curves

import "cnnlang/interp/draw"

// The colours of packages draw and chart. Those of runs differ for all kinds of sight (Okabe and Ito 2008, "Color
// universal design"), darker or lighter where the paper asks for it.
var style = draw.Fallbacks(`
:root{--paper:#fff;--ink:#1f2933;--soft:#52606d;--rim:#9aa5b1;--grid:#e4e7eb;--run-a:#0072b2;--run-b:#c85200;--run-c:#00805c;--run-d:#a8457e;--run-e:#a67c00;--run-f:#3f8fc0;--run-g:#6b4fa0;--run-h:#5b6670}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6eaef;--soft:#a9b4c0;--rim:#4a5766;--grid:#2a323b;--run-a:#56b4e9;--run-b:#f08a4b;--run-c:#3cc49a;--run-d:#dd8fbd;--run-e:#e0b83c;--run-f:#8fd0f5;--run-g:#b59ee6;--run-h:#a9b4c0}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#333;--rim:#777;--grid:#ddd}}
text{font:11px "DejaVu Sans",Verdana,Helvetica,Arial,sans-serif;fill:var(--ink)}
.paper{fill:var(--paper)}
.heading{font-size:15px;font-weight:bold}
.axis{font-size:12px;text-anchor:middle}
.panel{font-size:12px}
.tick{fill:var(--soft)}
.tick.x{text-anchor:middle}
.tick.y{text-anchor:end}
.note{font-size:10px;fill:var(--soft)}
.grid{stroke:var(--grid);stroke-width:1}
.rim{stroke:var(--rim);stroke-width:1;fill:none}
.lead{stroke:var(--rim);stroke-width:.8;fill:none}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.training{stroke-width:1.3;stroke-dasharray:4 3.5}
.best{fill:var(--paper);stroke-width:1.8}
.lost{fill:none;stroke-width:1.5}
` + colours())

// runColours is how many runs have colours of their own.
const runColours = 8

// colours are the rules of the colours of runs, as lines, marks and texts.
func colours() (rules string) {
	for n := range runColours {
		name := string(rune('a' + n))
		rules += ".run-" + name + "{stroke:var(--run-" + name + ")}\n.dot.run-" + name + ",text.run-" + name + "{stroke:none;fill:var(--run-" + name + ")}\n"
	}
	return rules
}

// classOf is the class of a run's lines.
func classOf(run int) string { return "run-" + string(rune('a'+run%runColours)) }

package curves

import "cnnlang/interp/chart"

// The colours of runs differ for all kinds of sight (Okabe and Ito 2008, "Color universal design"), darker or lighter where
// the paper asks for it.
var style = chart.Style(`:root{--run-a:#0072b2;--run-b:#c85200;--run-c:#00805c;--run-d:#a8457e;--run-e:#a67c00;--run-f:#3f8fc0;--run-g:#6b4fa0;--run-h:#5b6670}
@media (prefers-color-scheme:dark){:root{--run-a:#56b4e9;--run-b:#f08a4b;--run-c:#3cc49a;--run-d:#dd8fbd;--run-e:#e0b83c;--run-f:#8fd0f5;--run-g:#b59ee6;--run-h:#a9b4c0}}
.panel{font-size:12px}
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

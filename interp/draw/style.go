package draw

import "regexp"

// Fallbacks is a style sheet in which every colour that is a variable stands before it as a number too, that of its
// first palette, which is light: programs that know no variables of CSS, as librsvg and Inkscape, pass over the
// other and would draw all in black.
func Fallbacks(style string) string {
	light := map[string]string{}
	for _, m := range given.FindAllStringSubmatch(style, -1) {
		if light[m[1]] == "" {
			light[m[1]] = m[2]
		}
	}
	return variable.ReplaceAllStringFunc(style, func(text string) string {
		m := variable.FindStringSubmatch(text)
		return m[1] + ":" + light[m[2]] + ";" + text
	})
}

var (
	given    = regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]+)`)
	variable = regexp.MustCompile(`(fill|stroke):var\(--([a-z-]+)\)`)
)

var style = Fallbacks(styleRules)

// The colours are from light to dark by how much the kind weighs, so that a print in grey keeps
// their order, and differ in blue and yellow rather than red and green.
const styleRules = `
:root{--paper:#fff;--ink:#1f2933;--soft:#5f6c7b;--mark:#36424f;--line:#3e4c59;--frame:#f8fafc;--odd:#fff;--stage:#eef3f9;--rim:#9aa5b1;--cut:#b4530a;
--input:#eceff3;--pointwise:#d3e6f8;--conv:#9cc7ec;--depthwise:#f7dca6;--linear:#cdbbe8;--pool:#f3c3b5;--act:#e3efda;--norm:#e6eee6;--other:#eceff3;--closed:#dbe4ee;--merge:#fff;--heat:#f0a030}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6eaef;--soft:#9aa7b5;--mark:#d3dce5;--line:#aab6c3;--frame:#1b2128;--odd:#161b21;--stage:#1d2733;--rim:#4a5766;--cut:#f0a35e;
--input:#2a323b;--pointwise:#27455f;--conv:#2f6391;--depthwise:#6b5318;--linear:#50407a;--pool:#70412f;--act:#33472a;--norm:#2c3f33;--other:#2a323b;--closed:#2c3947;--merge:#14181d;--heat:#8a4d00}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--mark:#333;--line:#222;--frame:#fafafa;--odd:#fff;--stage:#f2f2f2;--rim:#888;--cut:#222;
--input:#eee;--pointwise:#e4eef8;--conv:#b9d5ee;--depthwise:#f7e6c4;--linear:#ddd2ee;--pool:#f3d6cc;--act:#eef5ea;--norm:#eef3ee;--other:#eee;--closed:#e4eaf1;--merge:#fff;--heat:#e8a040}}
text{font:12px "DejaVu Sans",Verdana,Helvetica,Arial,sans-serif;fill:var(--ink);text-anchor:middle}
.paper{fill:var(--paper)}
.heading{font-size:15px;font-weight:bold;text-anchor:start}
.shape{font-size:10px;fill:var(--soft);text-anchor:start}
.title{font-size:11px;fill:var(--soft);text-anchor:start}
.marks{font-size:10px;fill:var(--mark)}
.count{font-weight:bold;text-anchor:end}
tspan.count{text-anchor:inherit}
.sign{font-size:15px}
.box rect,.box circle,.box .back{stroke:var(--line);stroke-width:1;fill:var(--other)}
.box .under{stroke:none;fill:var(--frame)}
.box .none{stroke:none;fill:none}
.box.input rect,.box.output rect{fill:var(--input)}
.box.pointwise rect,.box.pointwise .back{fill:var(--pointwise)}
.box.conv rect,.box.conv .back{fill:var(--conv)}
.box.depthwise rect,.box.depthwise .back{fill:var(--depthwise)}
.box.linear rect,.box.linear .back{fill:var(--linear)}
.box.pool rect,.box.pool .back{fill:var(--pool)}
.box.act rect{fill:var(--act)}
.box.norm rect{fill:var(--norm)}
.box.closed rect,.box.closed .back{fill:var(--closed)}
.box.merge circle,.box.merge rect,.box.concat rect{fill:var(--merge)}
.box.tap rect{fill:var(--paper);stroke-dasharray:4 2}
.frame rect,.frame .back{fill:var(--frame);stroke:var(--rim);stroke-width:1}
.frame.odd rect,.frame.odd .back{fill:var(--odd)}
.frame.stage rect{fill:var(--stage)}
.frame.head rect{stroke-dasharray:5 3}
.edge{fill:none;stroke:var(--line);stroke-width:1.2}
.edge.shortcut,.edge.tapped{stroke:var(--cut)}
.legend path{stroke:var(--rim)}
.tip{fill:var(--line)}
`

package diag

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"cnnlang/lang/source"
)

// SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format", 2020) is read by code
// hosts and editors. These types are the part of it that is written here; the names of the
// fields are the standard's.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"` // [] for none
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string        `json:"id"`
		Short sarifText     `json:"shortDescription"`
		Full  sarifText     `json:"fullDescription"`
		Help  sarifText     `json:"help"`
		Level sarifSeverity `json:"defaultConfiguration"`
	}
	sarifSeverity struct {
		Level Severity `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     Severity        `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
		Stacks    []sarifStack    `json:"stacks,omitempty"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifStack struct {
		Frames []sarifFrame `json:"frames"`
	}
	sarifFrame struct {
		Location sarifLocation `json:"location"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// FprintSARIF writes the list as a SARIF 2.1.0 log of one run: the codes that
// occur are its rules, other places related locations, the instantiations a stack, and
// repairs fixes. version is that of the program, or "".
func FprintSARIF(w io.Writer, list List, version string) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "cnnlang", Version: version, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	index := map[Code]int{}
	for _, page := range Pages() {
		if slices.ContainsFunc(list, func(d *Diagnostic) bool { return d.Code == page.Code }) {
			index[page.Code] = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleOf(page))
		}
	}
	for _, d := range list {
		run.Results = append(run.Results, resultOf(d, index[d.Code]))
	}
	return encode(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

func ruleOf(page Page) sarifRule {
	return sarifRule{
		ID: string(page.Code), Short: sarifText{page.Name}, Full: sarifText{page.Text},
		Help:  sarifText{fmt.Sprintf("%s Run `cnnlang explain %s` for examples.", page.Text, page.Code)},
		Level: sarifSeverity{page.Code.Severity()},
	}
}

func resultOf(d *Diagnostic, rule int) sarifResult {
	r := sarifResult{
		RuleID: string(d.Code), RuleIndex: rule, Level: d.Severity,
		Message: sarifText{messageOf(d)}, Locations: []sarifLocation{},
	}
	if d.Span.IsValid() {
		at := sarifLocation{Physical: physical(d.Span)}
		if d.Label != "" {
			at.Message = &sarifText{d.Label}
		}
		r.Locations = append(r.Locations, at)
	}
	for i, l := range d.Labels {
		if l.Span.IsValid() {
			r.Related = append(r.Related, sarifLocation{ID: i + 1, Physical: physical(l.Span), Message: &sarifText{l.Text}})
		}
	}
	var frames []sarifFrame
	for _, f := range d.Trace {
		if f.Span.IsValid() {
			text := strings.TrimSpace(f.Path + "  " + f.Call)
			frames = append(frames, sarifFrame{sarifLocation{Physical: physical(f.Span), Message: &sarifText{text}}})
		}
	}
	if frames != nil {
		r.Stacks = []sarifStack{{frames}}
	}
	for _, repair := range d.Repairs {
		r.Fixes = append(r.Fixes, fixOf(repair))
	}
	return r
}

// messageOf is the whole message as one text, since the standard has one place for it.
func messageOf(d *Diagnostic) string {
	lines := append([]string{d.Message}, d.Notes...)
	if d.Help != "" {
		lines = append(lines, "help: "+d.Help)
	}
	return strings.Join(lines, "\n")
}

// fixOf groups a repair's edits by file, in the order of the first of each.
func fixOf(r Repair) sarifFix {
	fix := sarifFix{Description: sarifText{r.What}}
	for _, e := range r.Edits {
		uri := uriOf(e.Span.Start.Filename)
		at := slices.IndexFunc(fix.Changes, func(c sarifChange) bool { return c.Artifact.URI == uri })
		if at < 0 {
			at = len(fix.Changes)
			fix.Changes = append(fix.Changes, sarifChange{Artifact: sarifArtifact{uri}})
		}
		fix.Changes[at].Replacements = append(fix.Changes[at].Replacements,
			sarifReplacement{regionOf(e.Span), sarifText{e.Text}})
	}
	return fix
}

func physical(s source.Span) sarifPhysical {
	return sarifPhysical{sarifArtifact{uriOf(s.Start.Filename)}, regionOf(s)}
}

func regionOf(s source.Span) sarifRegion {
	p := placeOf(s)
	return sarifRegion{p.Line, p.Column, p.EndLine, p.EndColumn}
}

// uriOf writes a file's name as a relative reference (RFC 3986).
func uriOf(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

package stdlib_test

import (
	"regexp"
	"strings"

	"cnnlang/interp"
	"cnnlang/ops/dim"
)

// metaRule: a net has `meta` before its first step; a preset may add its own,
// first. The nets of the documentation have no weights and need none.
func metaRule(f cnnFile, fault func(int, string, ...any)) {
	for _, b := range blocks(f) {
		body := b.Body
		if b.Preset != nil {
			body = b.Extra
		}
		if body == nil || b.Kind != "net" {
			continue
		}
		first := -1
		for i, s := range body.Stmts {
			if s.Meta != nil && first < 0 {
				first = i
			}
		}
		switch {
		case first > 0:
			fault(b.Pos.Line, "net %s does not begin with meta", b.Name.Text)
		case first < 0 && b.Preset == nil && f.folder != "docs/family":
			fault(b.Pos.Line, "net %s has no meta", b.Name.Text)
		}
	}
}

var (
	counted   = regexp.MustCompile(`expect [a-z_+ ]+==\s*(\d[\d_]*)$`)
	underline = regexp.MustCompile(`^\d{1,3}(_\d{3})*$`)
)

// expectRule: expect comes last; a published net states params and macs, and
// those of side heads where these have weights; numbers have an underscore every
// three digits.
func expectRule(f cnnFile, fault func(int, string, ...any)) {
	for i, line := range f.lines {
		if m := counted.FindStringSubmatch(line); m != nil && !underline.MatchString(m[1]) {
			fault(i+1, "%s without an underscore every three digits", m[1])
		}
	}
	for _, b := range blocks(f) {
		body := b.Body
		if b.Preset != nil {
			body = b.Extra
		}
		if body == nil || b.Kind != "net" {
			continue
		}
		var facts strings.Builder
		for _, s := range body.Stmts {
			if s.Expect == nil && facts.Len() > 0 {
				fault(s.Pos.Line, "net %s goes on behind expect", b.Name.Text)
			}
			if s.Expect != nil {
				facts.WriteString(f.Source.Text[s.Pos.Offset:s.EndPos.Offset] + "\n")
			}
		}
		for _, fact := range wantedFacts(f, b.Name.Text) {
			if !strings.Contains(facts.String(), fact) {
				fault(b.Pos.Line, "net %s states no%s", b.Name.Text, fact)
			}
		}
	}
}

// wantedFacts are what the `expect` of a published net must speak of.
func wantedFacts(f cnnFile, net string) []string {
	if f.folder != "nets" {
		return nil
	}
	facts := []string{" params ", " macs "}
	p, err := interp.Read(f.Source.Name, strings.NewReader(f.Source.Text))
	if err != nil {
		return facts
	}
	nets, _, _ := p.Check(interp.Options{Net: net})
	if len(nets) == 1 && nets[0].Sides.Params.Cmp(dim.Int(0)) > 0 {
		facts = append(facts, " params_side ", " macs_side ")
	}
	return facts
}

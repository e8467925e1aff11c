package prove

import (
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp/graph"
)

// A labelled is a step whose label differs from case to case, as by the number of an iteration: its path in one of
// them, and what stands for it, with the label as the text has it.
type labelled struct{ path, stands string }

// label gives a step its label and its path; what is in it has the same beginning.
func (k *sketcher) label(p *graph.Part, all []stop) {
	if p.Label == nil || !valueInLabel.MatchString(*p.Label) {
		p.Path = k.path(p.Path)
		return
	}
	of := valueInLabel.ReplaceAllString(*p.Label, "")
	segments := strings.Split(p.Path, ".")
	parent := len(segments) - strings.Count(of, ".") - 1
	if parent < 0 { // a value with a dot
		p.Path = k.path(p.Path)
		return
	}
	var views []held
	same := true
	for _, s := range all {
		same = same && s.Path == p.Path
		views = append(views, held{of: s.of})
	}
	if same && !k.once(views) { // the values are those of all cases
		label := strings.Join(segments[parent:], ".")
		p.Label, p.Path = &label, k.path(p.Path)
		return
	}
	to := *p.Label
	if above := k.path(strings.Join(segments[:parent], ".")); above != "" {
		to = above + "." + to
	}
	k.labels = slices.Clip(k.labels)
	for _, s := range all {
		if one := (labelled{s.Path, to}); !slices.Contains(k.labels, one) {
			k.labels = append(k.labels, one)
		}
	}
	p.Path = to
}

// valueInLabel is a value that a label has filled in.
var valueInLabel = regexp.MustCompile(`\{[^{}]*\}`)

// path is that of something in steps with such labels.
func (k *sketcher) path(path string) string {
	for i := len(k.labels) - 1; i >= 0; i-- {
		l := k.labels[i]
		if rest, is := strings.CutPrefix(path, l.path); is && (rest == "" || rest[0] == '.') {
			return l.stands + rest
		}
	}
	return path
}

// once reports whether all that is known is from one iteration of a repeat that may have others, with other
// sizes. In a whole proof an iteration stands for all.
func (k *sketcher) once(all []held) bool {
	if k.Status != Bounded {
		return false
	}
	for _, index := range k.loose {
		first := all[0].of.at[iterationOf+index]
		same := first.IsValid() && first.Known()
		for _, one := range all {
			same = same && one.of.at[iterationOf+index] == first
		}
		if same {
			return true
		}
	}
	return false
}

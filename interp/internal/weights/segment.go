package weights

import (
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile"
)

// A Segment is a step of the net whose label is a segment of the names of the tensors below it,
// and not of those in the file; or the innermost of several steps within each other.
type Segment struct {
	Path    string `json:"path"`            // of the step: body
	Outside string `json:"outside"`         // as much of the path as the file's names have, up to a dot
	Tensors int    `json:"tensors"`         // whose names begin with the path
	Place   string `json:"place,omitempty"` // of the step in its text, filled in by the caller
	// Each says that there are more steps of this label, which the file's names all lack.
	Each bool `json:"each,omitempty"`
}

// findSegment searches for a segment without which nothing is missing or unexpected.
func findSegment(fit *FitError, required []graph.Param, known map[string]bool, held map[string]Entry) *Segment {
	if len(fit.Missing) == 0 || len(fit.Unexpected) == 0 {
		return nil
	}
	const most = 8 // segments of a name that are tried
	name := fit.Missing[0].Name
	ends := []int{0}
	for at := range name {
		if name[at] == '.' && len(ends) <= most {
			ends = append(ends, at+1)
		}
	}
	for i, from := range ends {
		for _, to := range ends[i+1:] {
			s := Segment{Path: name[:to-1], Outside: name[:from]}
			if s.explains(required, known, held) {
				return &s
			}
		}
	}
	for i, to := range ends[1:] {
		s := Segment{Path: name[:to-1], Outside: name[:ends[i]], Each: true}
		if s.explains(required, known, held) {
			return &s
		}
	}
	return nil
}

// without is a name of the net without the segment.
func (s *Segment) without(name string) string {
	if s.Each {
		label := strings.TrimPrefix(s.Path, s.Outside) + "."
		return strings.ReplaceAll("."+name, "."+label, ".")[1:]
	}
	if rest, ok := strings.CutPrefix(name, s.Path+"."); ok {
		return s.Outside + rest
	}
	return name
}

// explains reports whether the net's names are the file's without the segment, and
// counts those that have it.
func (s *Segment) explains(required []graph.Param, known map[string]bool, held map[string]Entry) bool {
	taken := make(map[string]bool, len(required))
	for _, p := range required {
		name := s.without(p.Path)
		if e, ok := held[name]; !ok || taken[name] || !Holds(e.Shape, p.Shape) {
			return false
		}
		taken[name] = true
		if name != p.Path {
			s.Tensors++
		}
	}
	optional := make(map[string]bool, len(known))
	for name := range known {
		optional[s.without(name)] = true
	}
	for name := range held {
		if !optional[name] && !IsCounter(name) {
			return false
		}
	}
	return true
}

// note says what the segment is, of how many tensors in all.
func (s *Segment) note(all int) string {
	place, have, others := "", fmt.Sprintf("begin with %s.", weightfile.Shown(s.Path)), ""
	if s.Place != "" {
		place = " (" + s.Place + ")"
	}
	if s.Each {
		have = fmt.Sprintf("have the segment %s, as in %s.", s.labels(), weightfile.Shown(s.Path))
	}
	these := fmt.Sprintf("the names of all %d tensors of the net", all)
	if s.Tensors < all {
		these, others = fmt.Sprintf("the names of %d of the net's tensors", s.Tensors), fmt.Sprintf(", as those of the other %d do", all-s.Tensors)
	}
	return fmt.Sprintf("%s %s%s, and none of the file's do; without it they match%s", these, have, place, others)
}

// labels are those of the segment and of the steps around it that the file's names lack too.
func (s *Segment) labels() string {
	return strings.ReplaceAll("`"+strings.TrimPrefix(s.Path, s.Outside)+"`", ".", "` and `")
}

// advice is what to do.
func (s *Segment) advice() string {
	row := fmt.Sprintf("%q = %q", s.Path+".", s.Outside)
	if s.Each {
		row = fmt.Sprintf("\"{a:path}.%s.{b:path}\" = \"{a}.{b}\"", strings.TrimPrefix(s.Path, s.Outside))
	}
	return fmt.Sprintf("write `\"\"` in place of the label %s, and names have no segment for it; or leave it and add `names file { %s }` to the net", s.labels(), row)
}

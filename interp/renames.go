package interp

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// Renames change the names of a file's tensors before they are compared with the net's, or with
// those of its maps. Each text is OLD=NEW: a name in the file, or up to a dot what names begin
// with, and what it is to be. They are patterns as in the rows of `names`, with captures:
// "layer{i}.{rest:path}=stage{i}.{rest}". The first text that fits a name counts. What is to be called
// nothing, as in "head.{x:path}=", is passed over. "/=." puts a dot for every slash before the others
// look at a name.
type Renames struct {
	Texts []string
	// Name is what diagnostics call the texts, "renames" if empty.
	Name string
	// taken is the text that slashes has taken out, counted from 1.
	taken int
}

// Rename makes Renames of texts such as "module.=".
func Rename(texts ...string) Renames { return Renames{Texts: texts} }

// Err is a *ProgramError if the texts have mistakes.
func (r Renames) Err() error {
	if len(r.Texts) == 0 {
		return nil
	}
	_, err := r.parse()
	return err
}

// before and after make the texts a map of a net, one line for each.
const (
	before = "net renames [N, C, H, W] -> [N, C, H, W] { names renames {\n"
	after  = "}\nid }\n"
)

// nothing begins the names of tensors that are to be called nothing.
const nothing = "(nothing) "

// typed is a capture with its type, which only left sides have.
var typed = regexp.MustCompile(`\{(\w+):\w+\}`)

// rows are the texts as rows of a map, with an empty line for one that is done already. What is to
// be called nothing is called so that each tensor keeps a name of its own; shown rows do not say it.
func (r Renames) rows(shown bool) string {
	var b strings.Builder
	for i, text := range r.Texts {
		if i+1 == r.taken {
			b.WriteString("\n")
			continue
		}
		old, new, _ := strings.Cut(strings.NewReplacer("\n", " ", "\r", " ").Replace(text), "=")
		quoted := func(s string) string { return `"` + strings.ReplaceAll(strings.Trim(s, `"`), `"`, `\"`) + `"` }
		here, there := quoted(strings.TrimSpace(old)), quoted(strings.TrimSpace(new))
		if there == `""` && !strings.HasSuffix(here, `."`) {
			there = `"` + nothing + typed.ReplaceAllString(here[1:], "{$1}")
			if shown {
				there = `""` + strings.Repeat(" ", len(there)-2)
			}
		}
		b.WriteString(here + " = " + there + "\n")
	}
	return b.String()
}

// parse reads the texts as a net with one map.
func (r Renames) parse() (*resolve.Object, error) {
	p, err := parseText(cmp.Or(r.Name, "renames"), before+r.rows(false)+after)
	if err != nil {
		return nil, err
	}
	if err := r.failed(p.Problems); err != nil {
		return nil, err
	}
	return p.Main.Nets()[0], nil
}

// failed is a *ProgramError if a list has errors, whose places are those in the rows.
func (r Renames) failed(list diag.List) error {
	if !list.HasErrors() {
		return nil
	}
	file := source.NewFile(cmp.Or(r.Name, "renames"), r.rows(true))
	place := func(s *source.Span) {
		for _, p := range []*source.Pos{&s.Start, &s.End} {
			*p = file.Pos(min(max(p.Offset-len(before), 0), len(file.Text)))
		}
	}
	var moved diag.List
	for _, d := range list {
		if d.Severity != diag.Error {
			continue
		}
		d := *d
		d.Labels, d.Correction, d.Repairs, d.Progress, d.Trace = slices.Clone(d.Labels), nil, nil, nil, nil
		place(&d.Span)
		for i := range d.Labels {
			place(&d.Labels[i].Span)
		}
		moved = append(moved, &d)
	}
	return &ProgramError{moved, func(string) *source.File { return file }}
}

// slashes takes the text that puts dots for slashes out, if a name has one.
func (r Renames) slashes(store weights.Store) (rest Renames, named weights.Store, taken bool) {
	at := slices.IndexFunc(r.Texts, func(text string) bool { return strings.NewReplacer(" ", "", `"`, "").Replace(text) == "/=." })
	if at < 0 {
		return r, store, false
	}
	if named = dotted(store); named == nil {
		return r, store, false // it fits nothing, which is told
	}
	r.taken = at + 1
	return r, named, true
}

// dotted calls the tensors of a store with dots for slashes, as those of groups within each other
// are called in formats that have groups; it is nil if no name has one, or two would be one.
func dotted(store weights.Store) weights.Store {
	entries := store.Entries()
	if !slices.ContainsFunc(entries, func(e weights.Entry) bool { return strings.Contains(e.Name, "/") }) {
		return nil
	}
	a := weights.Alias(store, func(e weights.Entry) (string, bool) { return strings.ReplaceAll(e.Name, "/", "."), true })
	if len(a.Left()) > 0 {
		return nil
	}
	return a
}

// errRenames is the error of texts that say something else together than each for itself.
var errRenames = errors.New("interp: renames are texts of the form OLD=NEW, and these hold more than two names each")

// of calls the tensors of a store as the texts say: those that one fits by the names that they
// have there, others by the names that layers gives them. It reports which were renamed, by
// their new names. What is to be called nothing is left out.
func (r Renames) of(store weights.Store, layers *weights.Aliased) (named, byLayers *weights.Aliased, renamed map[string]bool, err error) {
	r, store, dots := r.slashes(store)
	net, err := r.parse()
	if err != nil {
		return nil, nil, nil, err
	}
	table, unused := elab.Rename(net, store.Path(), namesOf(store))
	if table == nil {
		return nil, nil, nil, cmp.Or(r.failed(unused), errRenames)
	}
	renamed = map[string]bool{}
	to := func(table *namemap.Table, name, was string) (string, bool) {
		t, _ := table.Own(name)
		if strings.HasPrefix(t.Name, nothing) {
			return "", false
		}
		if t.Name != was {
			renamed[t.Name] = true
		}
		return t.Name, true
	}
	named = weights.Alias(store, func(e weights.Entry) (string, bool) { return to(table, e.Name, weights.NameIn(store, e.Name)) })
	if layers == nil {
		return named, nil, renamed, r.failed(unused)
	}
	second, still := elab.Rename(net, store.Path(), namesOf(layers))
	if second == nil {
		return nil, nil, nil, cmp.Or(r.failed(still), errRenames)
	}
	unused = slices.DeleteFunc(unused, func(d *diag.Diagnostic) bool {
		return !slices.ContainsFunc(still, func(o *diag.Diagnostic) bool { return o.Span == d.Span })
	})
	byLayers = weights.Alias(layers, func(e weights.Entry) (string, bool) {
		own := weights.NameIn(layers, e.Name)
		if dots {
			own = strings.ReplaceAll(own, "/", ".")
		}
		if t, ok := table.Own(own); ok && t.Name != own {
			return to(table, own, own)
		}
		return to(second, e.Name, e.Name)
	})
	return named, byLayers, renamed, r.failed(unused)
}

func namesOf(store weights.Store) []string {
	entries := store.Entries()
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name
	}
	return names
}

package interp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Block is a block or net over unknown sizes, as its proof finds it.
type Block struct {
	Name      string
	Title     string // its name with the settings, as in bottleneck(se=16)
	Signature string // its parameters that no setting gives, and its sizes
	// Sketch is its steps, with the sizes that are the same in all cases.
	Sketch graph.Sketch
	// Unproved is why it may not be right for all sizes, "" where it is.
	Unproved string

	object   *resolve.Object
	settings []elab.Setting
}

// Block proves a block of the program: one of the main file or of what it imports, or with its file
// before its name, as in std.resnet.bottleneck. Settings give values to its parameters. Its error is an
// *UnknownBlockError, a *ProgramError where the text has mistakes or the block is wrong, or an *UnprovedError.
func (p *Program) Block(name string, set Settings) (*Block, error) {
	if p.Problems.HasErrors() {
		return nil, &ProgramError{p.Problems, p.File}
	}
	return block(reach(p.Main), p.Main.Name(), name, set)
}

// LibraryBlock is Block for the whole library.
func LibraryBlock(name string, set Settings) (*Block, error) {
	modules, err := LibraryModules()
	if err != nil {
		return nil, err
	}
	return block(modules, "the library", name, set)
}

// reach lists a module and all that it imports, the nearest first.
func reach(m *resolve.Module) []*resolve.Module {
	list := []*resolve.Module{m}
	for i := 0; i < len(list); i++ {
		for _, next := range list[i].Imports {
			if !slices.Contains(list, next) {
				list = append(list, next)
			}
		}
	}
	return list
}

// proofClock tells how long proofs of blocks take; a test that is to find the same on slow machines stops it.
var proofClock = time.Now

func block(modules []*resolve.Module, where, name string, set Settings) (*Block, error) {
	settings, file, err := set.parse()
	if err != nil {
		return nil, err
	}
	o, err := findBlock(modules, where, name)
	if err != nil {
		return nil, err
	}
	files := func(name string) *source.File {
		for _, m := range modules {
			if m.File.Source.Name == name {
				return m.File.Source
			}
		}
		return file
	}
	filled, list := elab.Filled(o, settings)
	if list.HasErrors() {
		return nil, &ProgramError{list, files}
	}
	var v *prove.Verdict
	for _, enters := range []bool{true, false} {
		prover := prove.New()
		prover.Sketches, prover.Enters, prover.Now = true, enters, proofClock
		prover.Allow()
		if v = prover.Block(filled); v.Status == prove.Proved {
			break
		}
	}
	b := &Block{Name: o.Name, Title: o.Name, object: o, settings: settings}
	if given := strings.Join(set.Texts, ", "); len(given) > mostTitle {
		b.Title += "(…)"
	} else if given != "" {
		b.Title += "(" + given + ")"
	}
	sketch, ok := v.Sketch()
	problems := v.Others
	if v.Problem != nil {
		problems = append(problems, v.Problem)
	}
	if !ok || v.Status == prove.Refuted {
		if problems.HasErrors() {
			return nil, &ProgramError{problems, files}
		}
		return nil, &UnprovedError{o.Name, string(v.Status), v.Reason}
	}
	if v.Status != prove.Proved {
		b.Unproved = fmt.Sprintf("%s: %s", v.Status, v.Reason)
	}
	b.Sketch, b.Signature = sketch, signatureOf(v, o, len(settings) > 0)
	return b, nil
}

// Formulas are the counts of the block.
func (b *Block) Formulas() Formulas { return formulas(b.object, b.settings) }

// findBlock finds a block by its name, or by that of its file before it.
func findBlock(modules []*resolve.Module, where, name string) (*resolve.Object, error) {
	unknown := &UnknownBlockError{Name: name, Where: where}
	var found []*resolve.Object
	for i, m := range modules {
		file := strings.ReplaceAll(strings.TrimSuffix(m.Name(), ".cnn"), "/", ".")
		for _, o := range m.Blocks() {
			if open, problem := elab.Open(o); problem != "" || open.Base.IsPrimitive() {
				continue
			}
			whole := file + "." + o.Name
			switch {
			case whole == name, i == 0 && o.Name == name:
				return o, nil
			case o.Name == name:
				found = append(found, o)
				unknown.Several = append(unknown.Several, whole)
			}
			if o.Block.Kind == "block" && !strings.HasPrefix(o.Name, "_") {
				unknown.Known = append(unknown.Known, o.Name)
			}
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	slices.Sort(unknown.Known)
	unknown.Known = slices.Compact(unknown.Known)
	unknown.Nearest = diag.Nearest(name, unknown.Known)
	return nil, unknown
}

// Blocks lists the blocks that Block finds in what Open opens, or for "" those of the library.
func Blocks(nameOrPath string) []string {
	var err error
	if nameOrPath == "" {
		_, err = LibraryBlock("", Settings{})
	} else if p, problem := Open(nameOrPath); problem == nil {
		_, err = p.Block("", Settings{})
	}
	var unknown *UnknownBlockError
	errors.As(err, &unknown)
	if unknown == nil {
		return nil
	}
	return unknown.Known
}

// An UnprovedError says that nothing is known of a block, and why.
type UnprovedError struct{ Block, Status, Reason string }

func (e *UnprovedError) Error() string {
	return fmt.Sprintf("interp: %s is %s: %s", e.Block, e.Status, e.Reason)
}

// An UnknownBlockError says that a name is that of no block, or of several.
type UnknownBlockError struct {
	Name, Where string   // Where is what was searched
	Nearest     string   // the most similar name, or ""
	Known       []string // the blocks that there are
	Several     []string // those of this name, by their files
}

func (e *UnknownBlockError) Error() string {
	if len(e.Several) > 0 {
		return fmt.Sprintf("interp: several blocks of %s are called %q: choose one of %s", e.Where, e.Name, inQuotes(e.Several))
	}
	text := fmt.Sprintf("interp: no block of %s or what it imports is called %q", e.Where, e.Name)
	if e.Nearest != "" {
		text += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	return text
}

// mostTitle is how many characters of settings a title has.
const mostTitle = 40

// Graph has what the block takes and gives, and no nodes between: those of a sketch are in none.
func (b *Block) Graph() *graph.Graph {
	g := &graph.Graph{Name: b.Title, Inputs: b.Sketch.Inputs}
	for i, n := range b.Sketch.Outputs {
		g.Outputs = append(g.Outputs, graph.Output{Name: fmt.Sprintf("output %d", i), Node: n})
	}
	return g
}

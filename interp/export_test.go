package interp

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/repair"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang"
	"cnnlang/lang/diag"
)

// The findings of the parts of Workspace.Check, for tests of one of them.

func (p *Program) Prove(prover *prove.Prover, name string, found diag.List) ([]*prove.Verdict, diag.List) {
	return p.prove(context.Background(), prover, name, found)
}

// StopProofClock limits proofs of blocks by their work alone, until the test ends.
func StopProofClock(t *testing.T) {
	clock := proofClock
	proofClock = func() time.Time { return time.Time{} }
	t.Cleanup(func() { proofClock = clock })
}

func (p *Program) Repair(name string, found diag.List, verdicts []*prove.Verdict, limits repair.Limits) {
	p.repair(context.Background(), name, elab.Options{}, found, verdicts, limits)
}

func (p *Program) Lint(verdicts []*prove.Verdict) diag.List { return p.lint(verdicts) }

func (p *Program) Fixed(found diag.List) (string, []diag.Repair) { return p.fixed(found) }

// LoadFrom loads a file with another std.
func LoadFrom(files fs.FS, name, prefix string, std *lang.Library) (*Program, error) {
	return load(files, name, prefix, "", std)
}

// StoreWeights takes parameters from an open file.
func StoreWeights(s weights.Store) Weights { return Weights{from: fromStore, store: s} }

// Known reports whether the packed parameters came from a cache.
func (m *Model) Known() bool { return m.plan.Known() }

// Borrow and Return are what Run does before and after.
func (m *Model) Borrow(ctx context.Context) (*Session, error) { return m.borrow(ctx) }
func (m *Model) Return(s *Session)                            { m.sessions <- s }

// ExportedLabels are the names that the files of lists of labels declare.
func ExportedLabels() (names []string) {
	for _, m := range labelModules() {
		names = append(names, m.Exported()...)
	}
	return names
}

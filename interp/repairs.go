package interp

import (
	"context"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/repair"
	"cnnlang/lang/diag"
	"cnnlang/lang/lint"
)

// repair searches for edits of the main file that cure what check and prove have found, and
// adds them to the diagnostics. Nothing is written, and a library net has no repairs.
func (p *Program) repair(ctx context.Context, name string, opts elab.Options, found diag.List, verdicts []*prove.Verdict, limits repair.Limits) {
	if p.again == nil || !found.HasErrors() {
		return
	}
	if len(p.Text())*byteWork >= limits.Work {
		return // no attempt fits the budget, and listing them takes time too
	}
	prover, proved := prove.New(), 0
	check := func(text string, quick bool, a *repair.Account) (repair.State, bool) {
		if proved += len(text); proved > renewal {
			prover, proved = prove.New(), len(text)
		}
		prover.Until = a.Until
		if a.Work -= len(text) * byteWork; a.Spent() || ctx.Err() != nil {
			return repair.State{}, false
		}
		q, err := p.Revise(text)
		if err != nil {
			return repair.State{}, false
		}
		return q.state(ctx, prover, name, opts, quick, a)
	}
	repair.Search(repair.State{Main: p.Main, Problems: found, Verdicts: verdicts, Hints: lint.Habits(p.Main)}, check, limits)
}

// renewal is after how many bytes of text the prover is replaced: it keeps the syntax trees
// of everything it proved.
const renewal = 1 << 20

// The cost of work other than proving, in the units of package prove.
const (
	byteWork   = 4  // to read a byte of text
	nodeWork   = 30 // to make an operation
	shareSteps = 4  // how many steps of the evaluator take 1
)

// state is the complete list of problems of a program: of the net and options asked for,
// and of all its nets at their defaults.
func (p *Program) state(ctx context.Context, prover *prove.Prover, name string, opts elab.Options, quick bool, a *repair.Account) (repair.State, bool) {
	s := repair.State{Main: p.Main, Hints: lint.Habits(p.Main)}
	opts.Budget = elab.NewBudget()
	defer func() {
		a.Work -= (elab.MaxNodes-opts.Budget.Nodes)*nodeWork + (elab.MaxSteps-opts.Budget.Steps)/shareSteps
	}()
	nets, list, err := p.check(ctx, name, opts, nil)
	if err != nil {
		return s, false
	}
	for _, n := range nets {
		s.Graphs = append(s.Graphs, n.Graph)
	}
	if name != "" || opts.Shape != nil || len(opts.Set) > 0 {
		_, whole, _ := p.check(ctx, "", elab.Options{Budget: opts.Budget}, nil)
		list.AddAll(whole)
	}
	s.Problems = list
	if quick && list.HasErrors() {
		return s, !a.Spent()
	}
	prover.Most = a.Work
	verdicts, more := p.prove(ctx, prover, "", list)
	a.Work -= prover.Used()
	s.Verdicts = verdicts
	s.Problems.AddAll(more)
	return s, !a.Spent()
}

// fixed is the text of the main file with the first repair of every error that has one
// made; made lists those repairs, and is empty if there are none.
func (p *Program) fixed(found diag.List) (text string, made []diag.Repair) {
	var edits []diag.Edit
	for _, d := range found {
		if d.Severity == diag.Error && len(d.Repairs) > 0 {
			made = append(made, d.Repairs[0])
			edits = append(edits, d.Repairs[0].Edits...)
		}
	}
	text, ok := diag.Apply(p.Text(), edits)
	if !ok {
		return p.Text(), nil
	}
	return text, made
}

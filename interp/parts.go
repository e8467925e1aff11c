package interp

import (
	"errors"
	"io"
	"io/fs"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/expand"
	"cnnlang/interp/internal/plan"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/regular"
	"cnnlang/interp/internal/repair"
	"cnnlang/interp/internal/shapes"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/ast"
	"cnnlang/lang/parse"
	"cnnlang/ops/tensor"
)

// What callers hold of the packages within.
type (
	NetOptions   = elab.Options
	Setting      = elab.Setting
	Memory       = plan.Memory
	Prover       = prove.Prover
	Verdict      = prove.Verdict
	Contract     = prove.Contract
	Clause       = prove.Clause
	RepairLimits = repair.Limits

	Store             = weights.Store
	StoreOptions      = weights.Options
	NamedTensor       = weights.Named
	FitError          = weights.FitError
	WeightsFileError  = weights.FileError
	WeightsLimitError = weights.LimitError
	ExpansionTooLarge = expand.LimitError
)

// Verdicts and clauses of proofs.
const (
	Proved    = prove.Proved    // for all values
	SomeCases = prove.SomeCases // a clause's condition that has no short name
)

// TuneBytes is about what Tune takes beside the model.
const TuneBytes = plan.TuneBytes

// NewProver makes a prover, which remembers what it has proved.
func NewProver() *Prover { return prove.New() }

// UsualRepairs is what a search for repairs may take.
var UsualRepairs = repair.Usual

// Annotate writes shapes at the ends of a text's lines.
func Annotate(f *ast.File, graphs []*graph.Graph, blocks map[int][]string) string {
	return shapes.Annotate(f, graphs, blocks)
}

// OpenWeights opens a file of weights.
func OpenWeights(path string, opts StoreOptions) (Store, error) { return weights.Open(path, opts) }

// WriteSafetensors writes tensors to a file.
func WriteSafetensors(path string, tensors []NamedTensor) error {
	return weights.WriteSafetensors(path, tensors)
}

// RandomWeights generates the tensors of a seed.
func RandomWeights(seed uint64) weights.Generator { return weights.Random(seed) }

// RandomImage generates the input of a seed.
func RandomImage(seed uint64, n, c, h, w int, scale float32) tensor.Tensor {
	return weights.Image(seed, n, c, h, w, scale)
}

// Expand writes a net as a flat text.
func Expand(n *Net, p *Program) (string, error) { return expand.Text(n.Result, p.Prelude) }

// ReadText reads the text of a program, but no more of it than the parser takes.
func ReadText(path string) (string, error) {
	file, _, err := regular.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, parse.MaxBytes+1))
	var pathError *fs.PathError
	if err != nil && !errors.As(err, &pathError) {
		err = &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return string(text), err
}

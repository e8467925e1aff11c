package interp

import (
	"cmp"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// Formulas are the counts of a net in terms of its parameters and the sizes of its input, for
// one image and the main path.
type Formulas struct {
	Signature string  `json:"signature"` // its parameters and sizes
	Params    Formula `json:"params"`
	MACs      Formula `json:"macs"`
}

// A Formula is a polynomial, or one for each case: Clauses, and Without says for which cases
// there is none.
type Formula = prove.Formula

// Formulas proves the net for all values of the parameters that no setting gives and all sizes,
// and returns its counts as the same rules give them among unknowns.
func (n *Net) Formulas() Formulas { return formulas(n.object, n.settings) }

func formulas(o *resolve.Object, settings []elab.Setting) Formulas {
	prover := prove.New()
	prover.Counts = true
	prover.Allow()
	filled, _ := elab.Filled(o, settings)
	v := prover.Block(filled)
	return Formulas{
		Signature: signatureOf(v, o, len(settings) > 0),
		Params:    v.Formula(func(c graph.Count) dim.Size { return c.Params }),
		MACs:      v.Formula(func(c graph.Count) dim.Size { return c.MACs }),
	}
}

// signatureOf is the signature of a block, in which settings have put values in place of parameters.
func signatureOf(v *prove.Verdict, o *resolve.Object, set bool) string {
	same := *v
	same.Block = o
	signature := same.Contract().Signature
	in, _, _ := strings.Cut(signature, "] -> ")
	if out := v.Output(); set && len(out) > 0 {
		for i, size := range out {
			out[i] = cmp.Or(size, "_")
		}
		return in + "] -> [" + strings.Join(out, ", ") + "]"
	}
	return signature
}

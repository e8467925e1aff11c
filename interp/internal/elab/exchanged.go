package elab

import (
	"cnnlang/lang/diag"
)

// A body gives several outputs by their places, not by names. One that names values as the signature
// does and gives them in another order is most likely wrong.

// exchanged is the place of the output whose value the body calls as the signature calls the k-th,
// which is another value; ok is false where there is none.
func exchanged(values []portValue, k int) (at int, ok bool) {
	v := values[k]
	n := v.port.Shape.As
	if n == nil || v.port.Repeat != nil || v.env == nil {
		return 0, false
	}
	named, perhaps, ok := v.env.frame.tap(n.Text)
	if !ok || perhaps || named.Many || named.Node == nil || named.Node == v.x.Node {
		return 0, false
	}
	for i, other := range values {
		if other.x.Node == named.Node && other.port.Shape.As != nil {
			return i, true
		}
	}
	return 0, false
}

// orderHelp says so of a claim that fails.
func orderHelp(d *diag.Diagnostic, values []portValue, k int) *diag.Diagnostic {
	if at, ok := exchanged(values, k); ok {
		name := values[k].port.Shape.As.Text
		d.WithHelp("the values of a list go to the bars in their order, whatever they are called: `@%s` is given as %v", name, values[at])
	}
	return d
}

func otherOrder(values []portValue, k, at int) *diag.Diagnostic {
	n := values[k].port.Shape.As
	return diag.New(diag.OtherOrder, n.Span(), "`%s` of the body is the output %v, not `%[1]s`", n.Text, values[at]).
		WithHelp("the values of a list go to the bars in their order, whatever they are called: `list { | @%s | … }`", values[0].port.Shape.As.Text)
}

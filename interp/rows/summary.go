package rows

import (
	"encoding/json"
	"math"
	"strconv"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// A Real is a number in JSON with the digits of a float32: null if it is not finite, which
// JSON cannot express.
type Real float64

// MarshalJSON writes the number or null.
func (r Real) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(r)) || math.IsInf(float64(r), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float32(r))
}

// digits are those of a float32.
func digits(r Real) string { return strconv.FormatFloat(float64(r), 'g', -1, 32) }

// A Summary summarises an output.
type Summary struct {
	Shape   []int `json:"shape"`
	Min     Real  `json:"min"`
	Max     Real  `json:"max"`
	Mean    Real  `json:"mean"`
	Strange int   `json:"not_finite"` // elements that are NaN or infinite

	Kind interp.OutputKind `json:"kind,omitempty"`
}

// Summarize looks at all elements.
func Summarize(t tensor.Tensor) Summary {
	s := Summary{Shape: t.Shape, Min: Real(math.Inf(1)), Max: Real(math.Inf(-1))}
	sum := 0.0
	for _, x := range t.Data {
		v := float64(x)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			s.Strange++
		}
		s.Min, s.Max = Real(min(float64(s.Min), v)), Real(max(float64(s.Max), v))
		sum += v
	}
	s.Mean = Real(sum / float64(len(t.Data)))
	return s
}

// fields are the columns of a summary.
func (s Summary) fields() []string {
	return []string{digits(s.Min), digits(s.Max), digits(s.Mean), strconv.Itoa(s.Strange)}
}

// Outputs are what a net gave.
type Outputs struct {
	Output Summary `json:"output"` // the first
	// Outputs are all, or those that were asked for, where there are several or one has a name.
	Outputs []Named `json:"outputs,omitempty"`
	// Several says that the net has more than one.
	Several bool `json:"-"`
}

// Named is an output with its name.
type Named struct {
	Name string `json:"name"`
	Summary
}

// OutputsOf summarises the outputs, of which value gives any by its name, and shown are those that are
// asked for, nil for all.
func OutputsOf(n *interp.Net, first tensor.Tensor, value func(name string) (tensor.Tensor, bool), shown []string) (o Outputs) {
	names := n.OutputNames()
	o.Several = len(names) > 1
	o.Output = Summarize(first)
	o.Output.Kind = n.Kind()
	if !n.Graph.Named() {
		return o
	}
	if len(shown) > 0 {
		names = shown
	}
	for _, name := range names {
		t, _ := value(name)
		o.Outputs = append(o.Outputs, Named{name, Summarize(t)})
	}
	return o
}

// Strange counts the elements of all outputs that are not finite numbers.
func (o Outputs) Strange() (sum int) {
	if len(o.Outputs) == 0 {
		return o.Output.Strange
	}
	for _, one := range o.Outputs {
		sum += one.Strange
	}
	return sum
}

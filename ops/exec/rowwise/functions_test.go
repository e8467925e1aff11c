package rowwise

import (
	"math"
	"slices"
	"testing"

	"cnnlang/ops"
)

// Every row of the table belongs to an op, and has what that needs: activations a function
// of one value, merges one of two.
func TestEveryFunctionIsAnOps(t *testing.T) {
	var names []string
	for _, a := range ops.Activations {
		names = append(names, a.Name())
	}
	for _, op := range []ops.Op{&ops.Add{}, &ops.Mul{}, &ops.Max{}, &ops.Mean{}} {
		names = append(names, op.Name())
	}
	for _, f := range functions {
		if !slices.Contains(names, f.Name) {
			t.Errorf("nothing reaches %s", f.Name)
		}
		activation := slices.ContainsFunc(ops.Activations, func(a ops.Activation) bool { return a.Name() == f.Name })
		if (f.Vector != nil || f.Scalar != nil || f.With != nil) != activation || (f.Combine != nil) == activation {
			t.Errorf("%s is an activation: %v", f.Name, activation)
		}
	}
	for _, name := range names {
		if Of(name) == nil {
			t.Errorf("no function for %s", name)
		}
	}
}

// A function with bounds does nothing but clamp.
func TestBounds(t *testing.T) {
	for _, a := range append([]ops.Activation{ops.None}, ops.Activations...) {
		act := ActOf(a)
		for x := float32(-10); x < 10; x += 1. / 8 {
			y := []float32{0}
			act.Apply(y, []float32{x})
			if clamped := min(max(x, act.Low), act.High); act.Clamps && y[0] != clamped || y[0] < act.Low || y[0] > act.High {
				t.Errorf("%q of %v: %v, clamped %v", a, x, y[0], clamped)
			}
		}
	}
}

// A function with only a scalar form is computed by it.
func TestScalar(t *testing.T) {
	table, names := slices.Clone(functions), byName
	defer func() { functions, byName = table, names }()
	functions = append(slices.Clone(functions), Function{Name: "square", Scalar: func(x float32) float32 { return x * x }})
	byName = index()
	x, y := []float32{1, -2, 3, float32(math.Inf(1)), 5}, make([]float32, 4)
	Of("square").Vector(y, x)
	if want := []float32{1, 4, 9, float32(math.Inf(1))}; !slices.Equal(y, want) {
		t.Errorf("got %v, want %v", y, want)
	}
}

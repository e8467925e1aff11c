package reftest

import (
	"fmt"
	"math"
	"slices"

	"cnnlang/ops/tensor"
)

// A Deviation is the largest difference from the reference, in units of the
// standard deviation of the values compared.
type Deviation struct {
	Size  float64
	Where string // what differs most: "value 17 of sample 1: got …, want …"
}

// Worse returns the larger of two deviations; what names the second.
func (d Deviation) Worse(e Deviation, what string) Deviation {
	if !(e.Size <= d.Size) {
		return Deviation{e.Size, what + ": " + e.Where}
	}
	return d
}

// note keeps the difference of two numbers if it is the largest so far. A NaN is larger
// than any.
func (d *Deviation) note(got, want, std float64, format string, args ...any) {
	if size := math.Abs(got-want) / std; !(size <= d.Size) && !math.IsNaN(d.Size) {
		*d = Deviation{size, fmt.Sprintf(format, args...) + fmt.Sprintf(": got %v, want %v", got, want)}
	}
}

// Deviation compares a result [N, C] with the reference, in units of each sample's own
// standard deviation. The error says that the two cannot be compared.
func (v Vectors) Deviation(got tensor.Tensor) (d Deviation, err error) {
	if !got.Shape.Equal(v.Shape) {
		return d, fmt.Errorf("got shape %v, want %v", got.Shape, v.Shape)
	}
	if len(v.Samples) != v.Shape[0] {
		return d, fmt.Errorf("the reference has %d samples for shape %v", len(v.Samples), v.Shape)
	}
	width := v.Shape[1]
	for i, want := range v.Samples {
		x := got.Data[i*width : (i+1)*width]
		if err := want.deviation(x, v.SpacedAt, &d, i); err != nil {
			return d, fmt.Errorf("sample %d: %w", i, err)
		}
	}
	return d, nil
}

func (v Vector) deviation(got []float32, at []int, d *Deviation, sample int) error {
	if len(v.First) != min(16, len(got)) || len(v.Spaced) != len(at) || !(v.Std > 0) {
		return fmt.Errorf("the reference has %d first and %d spaced values, deviation %v", len(v.First), len(v.Spaced), v.Std)
	}
	for i, want := range v.First {
		d.note(float64(got[i]), want, v.Std, "value %d of sample %d", i, sample)
	}
	for i, want := range v.Spaced {
		d.note(float64(got[at[i]]), want, v.Std, "value %d of sample %d", at[i], sample)
	}
	s := statisticsOf(got)
	d.note(s.mean, v.Mean, v.Std, "mean of sample %d", sample)
	d.note(s.std, v.Std, v.Std, "standard deviation of sample %d", sample)
	d.note(s.min, v.Min, v.Std, "smallest of sample %d", sample)
	d.note(s.max, v.Max, v.Std, "largest of sample %d", sample)
	d.note(float64(got[v.Argmax]), s.max, v.Std, "value %d of sample %d, the reference's largest", v.Argmax, sample)
	// Equal values have no order, so values are compared: that of the class which the
	// reference ranks k-th, and the k-th largest of the result.
	sorted := slices.Clone(got)
	slices.Sort(sorted)
	for k, class := range v.Top5 {
		d.note(float64(got[class]), v.Top5Values[k], v.Std, "value %d of sample %d, ranked %d", class, sample, k+1)
		d.note(float64(sorted[len(sorted)-1-k]), v.Top5Values[k], v.Std, "rank %d of sample %d", k+1, sample)
	}
	return nil
}

// Deviation compares the value of a step with the reference, in units of the standard
// deviation of the whole. A vector may stand for maps of one pixel.
func (f Feature) Deviation(got tensor.Tensor) (d Deviation, err error) {
	if !trimmed(got.Shape).Equal(trimmed(f.Shape)) {
		return d, fmt.Errorf("got shape %v, want %v", got.Shape, f.Shape)
	}
	if len(f.First) == 0 || len(f.Spaced) != len(f.SpacedAt) || !(f.Std > 0) {
		return d, fmt.Errorf("the reference has %d first and %d spaced values, deviation %v", len(f.First), len(f.Spaced), f.Std)
	}
	for i, want := range f.First {
		d.note(float64(got.Data[i]), want, f.Std, "value %d", i)
	}
	for i, want := range f.Spaced {
		d.note(float64(got.Data[f.SpacedAt[i]]), want, f.Std, "value %d", f.SpacedAt[i])
	}
	s := statisticsOf(got.Data)
	d.note(s.mean, f.Mean, f.Std, "mean")
	d.note(s.std, f.Std, f.Std, "standard deviation")
	d.note(s.min, f.Min, f.Std, "smallest")
	d.note(s.max, f.Max, f.Std, "largest")
	return d, nil
}

// ConvDeviation compares the output of a convolution or linear layer with its four numbers
// in Run.Convs.
func ConvDeviation(want [4]float64, got tensor.Tensor) (d Deviation) {
	s := statisticsOf(got.Data)
	d.note(s.mean, want[0], want[1], "mean")
	d.note(s.std, want[1], want[1], "standard deviation")
	d.note(float64(got.Data[0]), want[2], want[1], "first value")
	d.note(float64(got.Data[len(got.Data)-1]), want[3], want[1], "last value")
	return d
}

// trimmed is a shape without sizes of 1 at its end.
func trimmed(s tensor.Shape) tensor.Shape {
	for len(s) > 2 && s[len(s)-1] == 1 {
		s = s[:len(s)-1]
	}
	return s
}

type statistics struct{ mean, std, min, max float64 }

// statisticsOf computes in float64; std is that of the whole population.
func statisticsOf(values []float32) (s statistics) {
	s.min, s.max = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		x := float64(v)
		s.mean += x
		s.min, s.max = min(s.min, x), max(s.max, x)
	}
	s.mean /= float64(len(values))
	for _, v := range values {
		s.std += (float64(v) - s.mean) * (float64(v) - s.mean)
	}
	s.std = math.Sqrt(s.std / float64(len(values)))
	return s
}

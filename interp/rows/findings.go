package rows

import (
	"fmt"
	"math"
	"strconv"

	"cnnlang/interp"
	"cnnlang/interp/picture/render"
	"cnnlang/ops/tensor"
)

// Findings are what an output of a known kind says: exactly one of them is not nil. Values and
// pictures have none.
type Findings struct {
	Top    []Class     `json:"top,omitempty"`    // of classes
	Vector *Vector     `json:"vector,omitempty"` // of a vector
	Mask   []MaskClass `json:"mask,omitempty"`   // of a mask
}

// A Class is one of the highest.
type Class struct {
	Class       int    `json:"class"`
	Name        string `json:"name,omitempty"`
	Probability Real   `json:"probability"`
	Output      Real   `json:"output"`
}

// A Vector is enough of a vector to recognise it.
type Vector struct {
	Length int    `json:"length"`
	Norm   Real   `json:"norm"`
	First  []Real `json:"first"`
}

// A MaskClass is a class of a mask with its part of the pixels.
type MaskClass struct {
	Class  int    `json:"class"`
	Name   string `json:"name,omitempty"`
	Colour string `json:"colour,omitempty"` // as #800000
	Share  Real   `json:"share"`
}

// firstValues is how many numbers of a vector are shown at most.
const firstValues = 8

// Find says what is found in one output, [1, ...], with so many classes; nil is nothing.
func Find(m *interp.Model, out tensor.Tensor, top int) *Findings {
	f := &Findings{}
	switch m.Net.Kind() {
	case interp.ClassesOutput:
		f.Top = []Class{}
		for _, c := range m.Classes(out, top)[0] {
			f.Top = append(f.Top, Class{c.Index, c.Name, Real(c.Probability), Real(c.Score)})
		}
	case interp.VectorOutput:
		f.Vector = vectorOf(out.Data)
	case interp.MaskOutput:
		f.Mask = MaskClasses(render.MaskOf(out), m.Labels.Names)
	default:
		return nil
	}
	return f
}

func vectorOf(values []float32) *Vector {
	v := &Vector{Length: len(values)}
	sum := 0.0
	for i, x := range values {
		sum += float64(x) * float64(x)
		if i < firstValues {
			v.First = append(v.First, Real(x))
		}
	}
	v.Norm = Real(math.Sqrt(sum))
	return v
}

// MaskClasses are the classes that occur in a mask, the most frequent first.
func MaskClasses(m render.Mask, names []string) []MaskClass {
	counts := m.Counts()
	scores := make([]float32, len(counts))
	for i, n := range counts {
		scores[i] = float32(n)
	}
	list := []MaskClass{}
	for _, class := range interp.TopK(scores, len(scores)) {
		if counts[class] == 0 {
			break
		}
		c := MaskClass{Class: class, Share: Real(float64(counts[class]) / float64(len(m.Of)))}
		if class < render.MostColours {
			rgb := render.Colour(class)
			c.Colour = fmt.Sprintf("#%02x%02x%02x", rgb.R, rgb.G, rgb.B)
		}
		if len(names) == m.Classes {
			c.Name = names[class]
		}
		list = append(list, c)
	}
	return list
}

// fields are the columns of classes and masks after the rank.
func (f *Findings) fields() (lines [][]string) {
	if f == nil {
		return nil
	}
	for _, s := range f.Top {
		lines = append(lines, []string{strconv.Itoa(s.Class), s.Name, digits(s.Probability), digits(s.Output)})
	}
	for _, c := range f.Mask {
		lines = append(lines, []string{strconv.Itoa(c.Class), c.Name, c.Colour, digits(c.Share)})
	}
	return lines
}

package onnx_test

import (
	"fmt"
	"math"
	"slices"
)

// A made is a node that a test makes up.
type made struct {
	op    string
	in    []string
	attrs map[string]any // int, float64, []int, string
	opset int
}

func (n made) ints(name string, otherwise ...int) []int {
	switch v := n.attrs[name].(type) {
	case int:
		return []int{v}
	case []int:
		return v
	}
	return otherwise
}

func (n made) float(name string, otherwise float64) float64 {
	if v, ok := n.attrs[name].(float64); ok {
		return v
	}
	return otherwise
}

func (n made) text(name string) string {
	v, _ := n.attrs[name].(string)
	return v
}

var single = map[string]func(n made, x float64) float64{
	"Relu":     func(_ made, x float64) float64 { return max(x, 0) },
	"Sigmoid":  func(_ made, x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	"Tanh":     func(_ made, x float64) float64 { return math.Tanh(x) },
	"Softplus": func(_ made, x float64) float64 { return math.Log1p(math.Exp(x)) },
	"Softsign": func(_ made, x float64) float64 { return x / (1 + math.Abs(x)) },
	"Exp":      func(_ made, x float64) float64 { return math.Exp(x) },
	"Abs":      func(_ made, x float64) float64 { return math.Abs(x) },
	"Neg":      func(_ made, x float64) float64 { return -x },
	"Sqrt":     func(_ made, x float64) float64 { return math.Sqrt(x) },
	"Erf":      func(_ made, x float64) float64 { return math.Erf(x) },
	"Identity": func(_ made, x float64) float64 { return x },
	"Dropout":  func(_ made, x float64) float64 { return x },
	"LeakyRelu": func(n made, x float64) float64 {
		return max(x, 0) + n.float("alpha", 0.01)*min(x, 0)
	},
	"Elu": func(n made, x float64) float64 { return max(x, 0) + n.float("alpha", 1)*math.Expm1(min(x, 0)) },
	"Celu": func(n made, x float64) float64 {
		return max(x, 0) + min(0, n.float("alpha", 1)*math.Expm1(x/n.float("alpha", 1)))
	},
	"Selu": func(n made, x float64) float64 {
		return n.float("gamma", 1.0507009873554805) * (max(x, 0) + n.float("alpha", 1.6732632423543772)*math.Expm1(min(x, 0)))
	},
	"HardSigmoid": func(n made, x float64) float64 {
		return max(0, min(1, n.float("alpha", 0.2)*x+n.float("beta", 0.5)))
	},
	"HardSwish": func(_ made, x float64) float64 { return x * max(0, min(1, x/6+0.5)) },
}

var double = map[string]func(x, y float64) float64{
	"Add": func(x, y float64) float64 { return x + y }, "Sub": func(x, y float64) float64 { return x - y },
	"Mul": func(x, y float64) float64 { return x * y }, "Div": func(x, y float64) float64 { return x / y },
	"Max": func(x, y float64) float64 { return max(x, y) }, "Min": func(x, y float64) float64 { return min(x, y) },
	"Sum": func(x, y float64) float64 { return x + y }, "Pow": math.Pow,
	"PRelu": func(x, slope float64) float64 { return max(x, 0) + slope*min(x, 0) },
}

var reductions = map[string]func([]float64) float64{
	"ReduceMean": mean, "ReduceSum": sum, "ReduceMax": slices.Max[[]float64], "ReduceMin": slices.Min[[]float64],
	"ReduceL1":        func(row []float64) float64 { return sum(array{[]int{len(row)}, row}.each(math.Abs).data) },
	"ReduceSumSquare": func(row []float64) float64 { return variance(append(negated(row), row...)) * float64(len(row)) },
	"ReduceL2": func(row []float64) float64 {
		return math.Sqrt(variance(append(negated(row), row...)) * float64(len(row)))
	},
}

func negated(row []float64) []float64 {
	return array{[]int{len(row)}, row}.each(func(x float64) float64 { return -x }).data
}

// run computes a node of one result. Lists that are inputs since some opset are attributes here always.
func (n made) run(in []array) array {
	x := in[0]
	if f := single[n.op]; f != nil {
		return x.each(func(v float64) float64 { return f(n, v) })
	}
	if f := double[n.op]; f != nil {
		return both(x, in[1], f)
	}
	if f := reductions[n.op]; f != nil {
		return n.squeezed(along(x, n.ints("axes"), f))
	}
	switch n.op {
	case "Clip":
		return x.each(func(v float64) float64 { return min(max(v, n.float("min", math.Inf(-1))), n.float("max", math.Inf(1))) })
	case "Conv":
		return n.conv(in)
	case "ConvTranspose":
		return n.deconv(in)
	case "MaxPool", "AveragePool":
		return n.pool(in)
	case "GlobalAveragePool":
		return along(x, []int{2, 3}, mean)
	case "GlobalMaxPool":
		return along(x, []int{2, 3}, slices.Max[[]float64])
	case "BatchNormalization":
		return of(x.shape, func(i []int) float64 {
			c := i[1]
			return (x.at(i...)-in[3].at(c))/math.Sqrt(in[4].at(c)+n.float("epsilon", 1e-5))*in[1].at(c) + in[2].at(c)
		})
	case "InstanceNormalization":
		return channelwise(normalise(x, []int{2, 3}, n.float("epsilon", 1e-5)), in[1], in[2])
	case "LRN":
		return n.lrn(x)
	case "Softmax":
		axis := n.ints("axis", -1)[0]
		if axes := []int{axis}; n.opset >= 13 {
			return softmax(x, axes)
		}
		axes := []int{}
		for a := axis; a < len(x.shape); a++ {
			axes = append(axes, a)
		}
		return softmax(x, axes)
	case "Gemm":
		return n.gemm(in)
	case "MatMul":
		return of(append(slices.Clone(x.shape[:len(x.shape)-1]), in[1].shape[1]), func(i []int) float64 {
			at, s := slices.Clone(i), 0.0
			for k := range in[1].shape[0] {
				at[len(at)-1] = k
				s += x.at(at...) * in[1].at(k, i[len(i)-1])
			}
			return s
		})
	}
	return n.move(in)
}

func (n made) lrn(x array) array {
	size := n.ints("size")[0]
	return of(x.shape, func(i []int) float64 {
		s := 0.0
		for c := max(0, i[1]-(size-1)/2); c <= min(x.shape[1]-1, i[1]+size/2); c++ {
			v := x.at(i[0], c, i[2], i[3])
			s += v * v
		}
		return x.at(i...) / math.Pow(n.float("bias", 1)+n.float("alpha", 1e-4)/float64(size)*s, n.float("beta", 0.75))
	})
}

func (n made) gemm(in []array) array {
	b, rows := in[1], 0
	if n.ints("transB", 0)[0] == 1 {
		rows = 1
	}
	return of([]int{in[0].shape[0], b.shape[1-rows]}, func(i []int) float64 {
		s := 0.0
		for k := range b.shape[rows] {
			w := []int{k, i[1]}
			if rows == 1 {
				w = []int{i[1], k}
			}
			s += in[0].at(i[0], k) * b.at(w...)
		}
		return n.float("alpha", 1)*s + n.float("beta", 1)*in[2].at(i...)
	})
}

// squeezed leaves out the axes of a reduction that does not keep them.
func (n made) squeezed(x array) array {
	if n.ints("keepdims", 1)[0] == 1 {
		return x
	}
	shape := []int{}
	for a, size := range x.shape {
		if !slices.Contains(n.ints("axes"), a) {
			shape = append(shape, size)
		}
	}
	return array{shape, x.data}
}

// move computes what moves numbers.
func (n made) move(in []array) array {
	x := in[0]
	switch n.op {
	case "Reshape":
		return array{n.ints("shape"), x.data}
	case "Flatten":
		return array{[]int{x.shape[0], len(x.data) / x.shape[0]}, x.data}
	case "Transpose":
		perm := n.ints("perm")
		shape := make([]int, len(perm))
		for i, a := range perm {
			shape[i] = x.shape[a]
		}
		return of(shape, func(i []int) float64 {
			at := make([]int, len(i))
			for k, a := range perm {
				at[a] = i[k]
			}
			return x.at(at...)
		})
	case "Concat":
		return concat(in, n.ints("axis")[0])
	case "Gather", "Slice":
		axis := n.ints("axis")[0]
		return taken(x, axis, n.ints("places"))
	case "Pad":
		return n.pad(x)
	case "SpaceToDepth", "DepthToSpace":
		return n.blocks(x)
	case "Resize":
		return n.resize(x)
	}
	panic(fmt.Sprint("no definition of ", n.op))
}

func taken(x array, axis int, places []int) array {
	shape := slices.Clone(x.shape)
	shape[axis] = len(places)
	return of(shape, func(i []int) float64 {
		at := slices.Clone(i)
		at[axis] = places[i[axis]]
		return x.at(at...)
	})
}

func concat(in []array, axis int) array {
	shape := slices.Clone(in[0].shape)
	for _, x := range in[1:] {
		shape[axis] += x.shape[axis]
	}
	return of(shape, func(i []int) float64 {
		at := slices.Clone(i)
		for _, x := range in {
			if at[axis] < x.shape[axis] {
				return x.at(at...)
			}
			at[axis] -= x.shape[axis]
		}
		panic("beyond all")
	})
}

func (n made) pad(x array) array {
	pads, rank := n.ints("pads"), len(x.shape)
	shape := slices.Clone(x.shape)
	for a := range shape {
		shape[a] += pads[a] + pads[rank+a]
	}
	return of(shape, func(i []int) float64 {
		at := slices.Clone(i)
		for a, size := range x.shape {
			switch at[a] -= pads[a]; n.text("mode") {
			case "edge":
				at[a] = min(max(at[a], 0), size-1)
			case "reflect":
				if at[a] = max(at[a], -at[a]); at[a] >= size {
					at[a] = 2*(size-1) - at[a]
				}
			}
		}
		return x.in(0, at...)
	})
}

func (n made) blocks(x array) array {
	b, s := n.ints("blocksize")[0], x.shape
	if n.op == "SpaceToDepth" {
		return of([]int{s[0], s[1] * b * b, s[2] / b, s[3] / b}, func(i []int) float64 {
			k := i[1] / s[1]
			return x.at(i[0], i[1]%s[1], i[2]*b+k/b, i[3]*b+k%b)
		})
	}
	c := s[1] / (b * b)
	return of([]int{s[0], c, s[2] * b, s[3] * b}, func(i []int) float64 {
		k := i[2]%b*b + i[3]%b
		if n.text("mode") == "CRD" {
			return x.at(i[0], i[1]*b*b+k, i[2]/b, i[3]/b)
		}
		return x.at(i[0], k*c+i[1], i[2]/b, i[3]/b)
	})
}

// resize is by a whole factor: nearest by asymmetric and floor, linear by half_pixel.
func (n made) resize(x array) array {
	f, s := n.ints("factor")[0], x.shape
	return of([]int{s[0], s[1], s[2] * f, s[3] * f}, func(i []int) float64 {
		if n.text("mode") == "nearest" {
			return x.at(i[0], i[1], i[2]/f, i[3]/f)
		}
		total := 0.0
		y, z := (float64(i[2])+0.5)/float64(f)-0.5, (float64(i[3])+0.5)/float64(f)-0.5
		for _, dy := range []float64{0, 1} {
			for _, dz := range []float64{0, 1} {
				a, b := math.Floor(y)+dy, math.Floor(z)+dz
				total += (1 - math.Abs(y-a)) * (1 - math.Abs(z-b)) * x.at(i[0], i[1], min(max(int(a), 0), s[2]-1), min(max(int(b), 0), s[3]-1))
			}
		}
		return total
	})
}

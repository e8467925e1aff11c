package onnx_test

import (
	"math"
	"slices"
)

type settings = map[string]any

// step adds a random node, or several that are one operation, on a value; "" where what was drawn does not fit it.
func (m *maker) step(x string) string {
	rank := len(m.values[x].shape)
	if rank < 2 {
		return ""
	}
	kinds := []func(string) string{m.act, m.act, m.pieces, m.numbers, m.numbers, m.merge, m.shape, m.moved, m.soft, m.cut}
	switch rank {
	case 4:
		kinds = append(kinds, m.conv, m.conv, m.deconv, m.norm, m.norm, m.pool, m.pool, m.gate, m.reduce, m.pixels, m.shuffle)
	case 2:
		kinds = append(kinds, m.dense, m.dense)
	}
	return kinds[m.IntN(len(kinds))](x)
}

func (m *maker) between(low, high float64) float64 { return low + (high-low)*m.Float64() }

func (m *maker) pick(list ...string) string { return list[m.IntN(len(list))] }

func (m *maker) act(x string) string {
	op := m.pick("Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "Abs", "Neg", "Identity", "Exp", "LeakyRelu", "Elu", "Celu", "Selu", "HardSigmoid", "HardSwish", "Clip", "Clip", "PRelu", "Sqrt")
	attrs := settings{}
	switch op {
	case "HardSwish":
		if m.opset < 14 {
			return ""
		}
	case "Celu":
		if m.opset < 12 {
			return ""
		}
		attrs["alpha"] = m.between(0.3, 2)
	case "LeakyRelu", "Elu":
		attrs["alpha"] = m.between(0.1, 2)
	case "HardSigmoid":
		attrs["alpha"], attrs["beta"] = m.between(0.1, 1), []float64{0.5, m.between(0, 1)}[m.IntN(2)]
	case "Clip":
		low := []float64{0, 0, -1, m.between(-1, 1)}[m.IntN(4)]
		if m.IntN(4) > 0 {
			attrs["min"] = low
		}
		if m.IntN(4) > 0 {
			attrs["max"] = low + []float64{1, 6, m.between(0.1, 2)}[m.IntN(3)]
		}
	case "PRelu":
		shape := m.values[x].shape
		slope := slices.Repeat([]int{1}, len(shape)-1)
		slope[0] = shape[1]
		return m.do(op, nil, x, m.tensor(-1, 1, slope...))
	case "Exp":
		x = m.do("Clip", settings{"min": -20.0, "max": 3.0}, x)
	case "Sqrt":
		x = m.do("Abs", nil, x)
	}
	return m.do(op, attrs, x)
}

// pieces are activations as exporters take them apart.
func (m *maker) pieces(x string) string {
	switch m.IntN(6) {
	case 0:
		return m.do("Mul", nil, x, m.do("Sigmoid", nil, x))
	case 1:
		return m.do("Mul", nil, m.do("Tanh", nil, m.do("Softplus", nil, x)), x)
	case 2: // GELU
		e := m.do("Add", nil, m.do("Erf", nil, m.do("Div", nil, x, m.number(math.Sqrt2))), m.number(1))
		return m.do("Mul", nil, m.do("Mul", nil, x, e), m.number(0.5))
	case 3: // hard swish
		c := m.do("Clip", settings{"min": 0.0, "max": 6.0}, m.do("Add", nil, x, m.number(3)))
		if m.IntN(2) == 0 {
			return m.do("Div", nil, m.do("Mul", nil, x, c), m.number(6))
		}
		return m.do("Mul", nil, x, m.do("Div", nil, c, m.number(6)))
	case 4: // as Keras writes leaky activations
		return m.do("Sub", nil, m.do("Relu", nil, x), m.do("Mul", nil, m.do("Relu", nil, m.do("Neg", nil, x)), m.number(m.between(0, 1))))
	}
	return m.do("Max", nil, x, m.do("Mul", nil, x, m.number(m.between(0.01, 0.9))))
}

// numbers combines a value with numbers of the file.
func (m *maker) numbers(x string) string {
	shape := m.values[x].shape
	var w string
	switch m.IntN(5) {
	case 0:
		w = m.number(m.between(0.5, 2))
	case 1:
		w = m.tensor(0.5, 2, 1)
	case 2:
		channels := slices.Repeat([]int{1}, len(shape))
		channels[1] = shape[1]
		w = m.tensor(0.5, 2, channels[m.IntN(2):]...)
	case 3:
		w = m.tensor(0.5, 2, shape[len(shape)-1])
	default:
		w = m.tensor(0.5, 2, shape[1:]...)
	}
	op := m.pick("Add", "Sub", "Mul", "Div")
	if m.IntN(3) > 0 {
		return m.do(op, nil, x, w)
	}
	if op == "Div" {
		x = m.do("Add", nil, m.do("Sigmoid", nil, x), m.number(0.5))
	}
	return m.do(op, nil, w, x)
}

// merge joins a value with one before it.
func (m *maker) merge(x string) string {
	other := m.recent[m.IntN(len(m.recent))]
	if m.IntN(2) == 0 {
		other = m.do("Tanh", nil, x)
	}
	a, b := m.values[x].shape, m.values[other].shape
	if len(a) == len(b) && len(a) > 1 && slices.Equal(a[2:], b[2:]) && m.IntN(3) == 0 {
		return m.do("Concat", settings{"axis": 1}, x, other)
	}
	if !slices.Equal(a, b) {
		return ""
	}
	op := m.pick("Add", "Sub", "Mul", "Max", "Min", "Sum", "Div")
	if op == "Div" {
		other = m.do("Add", nil, m.do("Sigmoid", nil, other), m.number(1))
	}
	return m.do(op, nil, x, other)
}

// gate scales channels or pixels.
func (m *maker) gate(x string) string {
	c := m.values[x].shape[1]
	g := m.do("GlobalAveragePool", nil, x)
	if m.IntN(3) == 0 {
		g = m.do("ReduceMean", settings{"axes": []int{1}, "keepdims": 1}, x)
		return m.do("Mul", nil, x, m.do("Sigmoid", nil, g))
	}
	g = m.do("Conv", settings{"kernel_shape": []int{1, 1}}, g, m.tensor(-1, 1, 2, c, 1, 1), m.tensor(-1, 1, 2))
	g = m.do("Conv", settings{}, m.do("Relu", nil, g), m.tensor(-1, 1, c, 2, 1, 1))
	return m.do(m.pick("Mul", "Mul", "Add", "Sub"), nil, x, m.do("Sigmoid", nil, g))
}

func (m *maker) conv(x string) string {
	s := m.values[x].shape
	k := []int{1 + m.IntN(3), 1 + m.IntN(3)}
	groups := []int{1, 1, s[1]}[m.IntN(3)]
	if s[1]%2 == 0 && m.IntN(4) == 0 {
		groups = 2
	}
	attrs := settings{"group": groups, "strides": []int{1 + m.IntN(2), 1 + m.IntN(2)}, "dilations": []int{1 + m.IntN(2), 1}}
	if m.IntN(3) == 0 {
		attrs["auto_pad"] = m.pick("SAME_UPPER", "SAME_LOWER", "VALID")
	} else {
		attrs["pads"] = []int{m.IntN(3), m.IntN(3), m.IntN(3), m.IntN(3)}
	}
	if attrs["auto_pad"] == nil || attrs["auto_pad"] == "VALID" {
		pads := (made{attrs: attrs}).ints("pads", 0, 0, 0, 0)
		if s[2]+pads[0]+pads[2] < 2*k[0]+1 || s[3]+pads[1]+pads[3] < k[1] {
			return ""
		}
	}
	in := []string{x, m.tensor(-0.5, 0.5, groups*(1+m.IntN(3)), s[1]/groups, k[0], k[1])}
	if m.IntN(2) == 0 {
		in = append(in, m.tensor(-1, 1, m.values[in[1]].shape[0]))
	}
	y := m.do("Conv", attrs, in...)
	if m.IntN(3) == 0 {
		return m.act(y)
	}
	return y
}

func (m *maker) deconv(x string) string {
	s := m.values[x].shape
	k, stride := 2+m.IntN(2), 1+m.IntN(2)
	if min(s[2], s[3]) < 2 {
		return ""
	}
	attrs := settings{"strides": []int{stride, stride}, "pads": []int{m.IntN(2), m.IntN(2), m.IntN(2), m.IntN(2)}, "output_padding": []int{m.IntN(stride), 0}}
	return m.do("ConvTranspose", attrs, x, m.tensor(-0.5, 0.5, s[1], 1+m.IntN(3), k, k))
}

func (m *maker) norm(x string) string {
	s := m.values[x].shape
	c := s[1]
	switch m.IntN(5) {
	case 0:
		return m.do("InstanceNormalization", settings{"epsilon": 1e-3}, x, m.tensor(0.5, 1, c), m.tensor(-1, 1, c))
	case 1:
		return m.do("LRN", settings{"size": 1 + m.IntN(5), "alpha": m.between(0.1, 1), "beta": 0.75, "bias": 1.5}, x)
	case 2: // a layer norm in pieces, over the last axis or the channels
		axis := []int{1, 3}[m.IntN(2)]
		d := m.do("Sub", nil, x, m.do("ReduceMean", settings{"axes": []int{axis}}, x))
		v := m.do("ReduceMean", settings{"axes": []int{axis}}, m.do("Mul", nil, d, d))
		return m.do("Div", nil, d, m.do("Sqrt", nil, m.do("Add", nil, v, m.number(1e-2))))
	}
	return m.do("BatchNormalization", settings{"epsilon": 1e-3}, x, m.tensor(0.5, 1, c), m.tensor(-1, 1, c), m.tensor(-1, 1, c), m.tensor(0.5, 2, c))
}

func (m *maker) pool(x string) string {
	s := m.values[x].shape
	if m.IntN(3) == 0 {
		return m.do(m.pick("GlobalAveragePool", "GlobalMaxPool"), nil, x)
	}
	k, stride := []int{1 + m.IntN(3), 1 + m.IntN(3)}, []int{1 + m.IntN(3), 1 + m.IntN(3)}
	attrs := settings{"kernel_shape": k, "strides": stride}
	op := m.pick("MaxPool", "AveragePool")
	switch m.IntN(4) {
	case 0:
		attrs["auto_pad"] = m.pick("SAME_UPPER", "SAME_LOWER", "VALID")
	case 1:
		attrs["pads"] = []int{m.IntN(k[0]), m.IntN(k[1]), m.IntN(k[0]), m.IntN(k[1])}
		if op == "AveragePool" {
			attrs["count_include_pad"] = m.IntN(2)
		}
	}
	ceil := m.IntN(3) == 0 && m.opset >= 10
	for i, w := range (made{attrs: attrs}).windows(m.values[x], k) {
		if w.out < 1 || s[2+i]+w.before+w.after < k[i] {
			return ""
		}
		// Where a window would begin behind the image, versions of ONNX differ.
		ceil = ceil && w.out*stride[i] < s[2+i]+w.before
	}
	if same := attrs["auto_pad"]; ceil && same != "SAME_UPPER" && same != "SAME_LOWER" {
		attrs["ceil_mode"] = 1
	}
	return m.do(op, attrs, x)
}

func (m *maker) reduce(x string) string {
	op := m.pick("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare")
	axes := [][]int{{1}, {2}, {3}, {2, 3}, {1, 2, 3}, {1, 2}}[m.IntN(6)]
	return m.do(op, settings{"axes": axes, "keepdims": m.IntN(2)}, x)
}

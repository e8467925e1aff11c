package onnx_test

import "slices"

func (m *maker) soft(x string) string {
	rank := len(m.values[x].shape)
	return m.do("Softmax", settings{"axis": 1 + m.IntN(rank-1)}, x)
}

func (m *maker) dense(x string) string {
	c, out := m.values[x].shape[1], 1+m.IntN(5)
	if m.IntN(2) == 0 {
		return m.do("Add", nil, m.do("MatMul", nil, x, m.tensor(-0.5, 0.5, c, out)), m.tensor(-1, 1, out))
	}
	transposed := m.IntN(2)
	shape := []int{c, out}
	if transposed == 1 {
		slices.Reverse(shape)
	}
	attrs := settings{"transB": transposed, "alpha": []float64{1, 0.5}[m.IntN(2)], "beta": []float64{1, 2}[m.IntN(2)]}
	return m.do("Gemm", attrs, x, m.tensor(-0.5, 0.5, shape...), m.tensor(-1, 1, out))
}

// shape gives a value another one.
func (m *maker) shape(x string) string {
	s := m.values[x].shape
	if len(s) == 2 {
		return m.do("Reshape", settings{"shape": []int{s[0], s[1], 1, 1}}, x)
	}
	if m.IntN(2) == 0 {
		return m.do("Flatten", settings{"axis": 1}, x)
	}
	rest := 1
	for _, size := range s[2:] {
		rest *= size
	}
	return m.do("Reshape", settings{"shape": []int{s[0], s[1], rest}}, x)
}

// moved puts axes into another order, and perhaps does something there and moves them back.
func (m *maker) moved(x string) string {
	perm := append([]int{0}, m.Perm(len(m.values[x].shape)-1)...)
	back := make([]int, len(perm))
	for i := range perm {
		if i > 0 {
			perm[i]++
		}
		back[perm[i]] = i
	}
	y := m.do("Transpose", settings{"perm": perm}, x)
	switch m.IntN(3) {
	case 0:
		return y
	case 1:
		y = m.numbers(y)
	default:
		s := m.values[y].shape
		y = m.do("Add", nil, m.do("MatMul", nil, y, m.tensor(-0.5, 0.5, s[len(s)-1], 3)), m.tensor(-1, 1, 3))
	}
	if y == "" {
		return ""
	}
	return m.do("Transpose", settings{"perm": back}, y)
}

// cut takes a part of an axis.
func (m *maker) cut(x string) string {
	s := m.values[x].shape
	axis := 1 + m.IntN(len(s)-1)
	from := m.IntN(s[axis])
	to := from + 1 + m.IntN(s[axis]-from)
	step := 1
	if m.opset >= 10 {
		step = []int{1, 1, 2, 3}[m.IntN(4)]
	}
	var places []int
	for at := from; at < to; at += step {
		places = append(places, at)
	}
	if m.IntN(4) == 0 && m.opset >= 10 {
		slices.Reverse(places)
	}
	if m.IntN(4) == 0 {
		m.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		return m.do("Gather", settings{"axis": axis, "places": places}, x)
	}
	return m.do("Slice", settings{"axis": axis, "places": places}, x)
}

// pixels changes how many there are.
func (m *maker) pixels(x string) string {
	s := m.values[x].shape
	switch m.IntN(4) {
	case 0:
		attrs := settings{"mode": m.pick("constant", "reflect", "edge"), "pads": []int{0, 0, m.IntN(3), m.IntN(3), 0, 0, m.IntN(3), m.IntN(3)}}
		if attrs["mode"] == "reflect" && min(s[2], s[3]) < 3 {
			return ""
		}
		y := m.do("Pad", attrs, x)
		if m.IntN(2) == 0 {
			return m.conv(y)
		}
		return y
	case 1:
		if s[1]%4 != 0 {
			return ""
		}
		mode := "DCR"
		if m.opset >= 11 {
			mode = m.pick("DCR", "CRD")
		}
		return m.do("DepthToSpace", settings{"blocksize": 2, "mode": mode}, x)
	case 2:
		if s[2]%2 != 0 || s[3]%2 != 0 {
			return ""
		}
		return m.do("SpaceToDepth", settings{"blocksize": 2}, x)
	}
	if m.opset < 11 {
		return ""
	}
	return m.do("Resize", settings{"mode": m.pick("nearest", "linear"), "factor": 2 + m.IntN(2)}, x)
}

// shuffle exchanges the channels of groups.
func (m *maker) shuffle(x string) string {
	s := m.values[x].shape
	if s[1]%2 != 0 {
		return ""
	}
	y := m.do("Reshape", settings{"shape": []int{s[0], 2, s[1] / 2, s[2], s[3]}}, x)
	y = m.do("Transpose", settings{"perm": []int{0, 2, 1, 3, 4}}, y)
	return m.do("Reshape", settings{"shape": s}, y)
}

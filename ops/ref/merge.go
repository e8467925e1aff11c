package ref

// merge combines the inputs element by element, from the first on. out may be
// the first.
func merge(out Value, in []Value, f func(a, b float64) float64) {
	for i := range out.Data {
		v := in[0].Data[i]
		for _, x := range in[1:] {
			v = f(v, x.Data[i])
		}
		out.Data[i] = v
	}
}

// mean: the sum of the inputs by their number.
func mean(out Value, in []Value) {
	merge(out, in, func(a, b float64) float64 { return a + b })
	for i := range out.Data {
		out.Data[i] /= float64(len(in))
	}
}

// mul: the product of the inputs; one of size 1 along an axis holds for all positions along it.
func mul(out Value, in []Value) {
	for i := range out.Data {
		product := 1.0
		for _, v := range in {
			index, rest := make([]int, len(out.Shape)), i
			for axis := len(index) - 1; axis >= 0; axis-- {
				index[axis] = min(rest%out.Shape[axis], v.Shape[axis]-1)
				rest /= out.Shape[axis]
			}
			product *= v.at(index...)
		}
		out.Data[i] = product
	}
}

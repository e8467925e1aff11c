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

// mul: the product of the inputs; one with a single pixel holds for all pixels
// of its channel.
func mul(out Value, in []Value) {
	out = out.image()
	each(out, func(n, c, y, x int) float64 {
		product := 1.0
		for _, v := range in {
			v = v.image()
			if v.Shape[2] == 1 && v.Shape[3] == 1 {
				product *= v.at(n, c, 0, 0)
			} else {
				product *= v.at(n, c, y, x)
			}
		}
		return product
	})
}

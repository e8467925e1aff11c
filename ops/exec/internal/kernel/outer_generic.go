package kernel

// outerSumsGeneric is OuterSums.
func outerSumsGeneric(c, a, b []float32, r int, s *Strip) {
	for i := range r {
		var sums [Lanes]float32
		for y := range s.Rows {
			for x := range s.Pixels {
				v := a[y*s.Pitch+x*s.Step+i]
				for j, w := range (*[Lanes]float32)(b[y*s.Next+x*Lanes:]) {
					sums[j] += v * w
				}
			}
		}
		addGeneric(c[i*Lanes:][:Lanes], sums[:])
	}
}

// laneSumsGeneric is LaneSums.
func laneSumsGeneric(c, a, b []float32, r, apart int, s *Strip) {
	for i := range r {
		var sums [Lanes]float32
		for y := range s.Rows {
			for x := range s.Pixels {
				v := (*[Lanes]float32)(a[y*s.Pitch+x*s.Step+i*apart:])
				for j, w := range (*[Lanes]float32)(b[y*s.Next+x*Lanes:]) {
					sums[j] += v[j] * w
				}
			}
		}
		addGeneric(c[i*Lanes:][:Lanes], sums[:])
	}
}

// groupSumsGeneric is GroupSums.
func groupSumsGeneric(c, a, b []float32, each int, s *Strip) {
	for i := range min(each, 4) {
		var sums [Lanes]float32
		for y := range s.Rows {
			for x := range s.Pixels {
				v := a[y*s.Pitch+x*s.Step+i:]
				for j, w := range (*[Lanes]float32)(b[y*s.Next+x*Lanes:]) {
					sums[j] += v[j/each*each] * w
				}
			}
		}
		addGeneric(c[i*Lanes:][:Lanes], sums[:])
	}
}

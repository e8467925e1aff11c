//go:build purego || !amd64

package kernel

func outerSums(c, a, b []float32, r int, s *Strip)       { outerSumsGeneric(c, a, b, r, s) }
func laneSums(c, a, b []float32, r, apart int, s *Strip) { laneSumsGeneric(c, a, b, r, apart, s) }
func groupSums(c, a, b []float32, each int, s *Strip)    { groupSumsGeneric(c, a, b, each, s) }

package kernel

// WinogradFilters are lines of weights of 3x3 windows, Lanes filters each, and what they become. Distances are in float32.
type WinogradFilters struct {
	Weights []float32 // line i of place t of the window is Apart*t + Lanes*i
	Apart   int
	Lines   int
	// Planes become the values of G·g·G' of finite weights, line i of value p being Plane*p + Lanes*i; the corners, 0, 5, 30
	// and 35, which are weights themselves, are not written.
	Planes []float32
	Plane  int
	// Most are magnitudes, of which the largest is raised to that of any weight, compared as in a WinogradTile.
	Most *[Lanes]float32
}

// winogradG transforms the weights, G·g·G': row i is 1, p, p*p for point p, divided by the
// product of the distances to the other points.
var winogradG = [6][3]float64{
	{1, 0, 0},
	{-2. / 3, -2. / 3 * WinogradA, -1. / 3},
	{-2. / 3, 2. / 3 * WinogradA, -1. / 3},
	{1. / 6, 1. / 6 * WinogradB, 1. / 3},
	{1. / 6, -1. / 6 * WinogradB, 1. / 3},
	{0, 0, 1},
}

// WinogradWeights transforms weights.
func WinogradWeights(w *WinogradFilters) {
	if w.Lines < 1 || w.Apart < 0 || w.Plane < 0 {
		panic("kernel: no such weights")
	}
	_ = w.Weights[8*w.Apart+w.Lines*Lanes-1]
	_ = w.Planes[34*w.Plane+w.Lines*Lanes-1]
	winogradWeights(w)
}

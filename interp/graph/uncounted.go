package graph

// Uncounted is how many operations have no count: their cost is beyond the range of numbers.
func (g *Graph) Uncounted() (n int) {
	for _, node := range g.Operations() {
		if c := node.Count(); !c.Params.IsValid() || !c.MACs.IsValid() || !c.FLOPs.IsValid() {
			n++
		}
	}
	return n
}

package draw

import (
	"bufio"
	"fmt"
	"html"
	"math"
)

// A Heat is a cost by which boxes are coloured in place of their kind.
type Heat struct {
	Name string             // what the legend calls it
	Of   map[string]float64 // by the path of each operation
	// Text writes a value with its unit.
	Text func(float64) string
}

// of is what one copy of an item costs.
func (h *Heat) of(i *Item) float64 {
	sum := 0.0
	for _, path := range i.Nodes {
		sum += h.Of[path]
	}
	return sum / float64(max(i.Count, 1))
}

// most is the greatest cost of a box.
func (h *Heat) most(items []*Item) float64 {
	most := 0.0
	each(items, func(i *Item) {
		if i.isDrawn() {
			most = math.Max(most, h.of(i))
		}
	})
	return most
}

// fill is how a box of a share of the greatest cost is coloured. The root makes differences
// among small ones visible.
func fill(share float64) string {
	return fmt.Sprintf(` style="fill:%s;fill:var(--heat);fill-opacity:%.2f"`, styled("heat").hex(), math.Sqrt(share))
}

// The height of the legend, and the width of its colours.
const legendHeight, legendColours = 40, 140

// legendWidth is how wide the legend of these items is, nothing without costs.
func (h *Heat) legendWidth(items []*Item) float64 {
	if h == nil {
		return 0
	}
	return legendColours + 8 + width(h.words(h.most(items)), smallSize)
}

// legend writes the scale below the picture.
func (h *Heat) legend(b *bufio.Writer, s *scene, most float64) {
	const steps, high = 5, 12.0
	const wide = legendColours / steps
	y := s.height - legendHeight + 8
	fmt.Fprint(b, `<g class="legend">`)
	x := float64(margin)
	for n := range steps {
		share := float64(n) / (steps - 1)
		fmt.Fprintf(b, `<path d="M%s %s h%s v%s h%s z"%s/>`, f(x), f(y), f(wide), f(high), f(-wide), fill(share*share))
		x += wide
	}
	fmt.Fprintf(b, `<text class="shape" x="%s" y="%s">%s</text></g>`+"\n", f(x+8), f(y+high-2), html.EscapeString(h.words(most)))
}

func (h *Heat) words(most float64) string {
	return fmt.Sprintf("each box: %s, up to %s", h.Name, h.Text(most))
}

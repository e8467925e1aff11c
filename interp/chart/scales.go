package chart

// A Scale gives values their places along an axis, for other pictures than a Chart.
type Scale struct{ s scale }

// NewScale is the scale of finite values, at least one, from one place to another, with room left free at
// both ends. It is logarithmic where they are above 0 and many times apart, unless their unit is PerCent.
func NewScale(values []float64, unit Unit, from, to, room float64) Scale {
	return Scale{scaleOf(values, unit, from, to, room)}
}

// At is the place of a value.
func (s Scale) At(v float64) float64 { return s.s.at(v) }

// Ticks are values to write at the axis.
func (s Scale) Ticks() []float64 { return s.s.ticks }

// Text writes a value as ticks are written.
func (s Scale) Text(v float64) string { return s.s.text(v) }

// Unit is what the numbers of Text count, "" for ones.
func (s Scale) Unit() string { return s.s.unit }

// Logarithmic reports whether equal distances are equal factors.
func (s Scale) Logarithmic() bool { return s.s.log }

// Escaped is a text in XML, which some characters cannot be in however they are written.
func Escaped(text string) string { return escaped(text) }

// Length writes a length in SVG.
func Length(x float64) string { return f(x) }

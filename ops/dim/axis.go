package dim

import "fmt"

// An Axis is one of the axes of an image [N, C, H, W], by its index.
type Axis int

// The axes.
const (
	Batch Axis = iota
	Channels
	Height
	Width
)

// Spatial are the axes along which windows slide.
var Spatial = [2]Axis{Height, Width}

// The letters of the axes' sizes, and the axes' names in messages.
var (
	letters = [...]string{"N", "C", "H", "W"}
	axes    = [...]string{"batch", "channels", "height", "width"}
)

// Letters returns the letters of an image's axes: N, C, H, W.
func Letters() []string {
	list := letters
	return list[:]
}

// String is the name of an axis: batch, channels, height, width, axis 4.
func (a Axis) String() string {
	if a >= 0 && int(a) < len(axes) {
		return axes[a]
	}
	return fmt.Sprintf("axis %d", int(a))
}

// Letter is the letter of an axis: N, C, H, W, axis 4.
func (a Axis) Letter() string {
	if a >= 0 && int(a) < len(letters) {
		return letters[a]
	}
	return a.String()
}

// Along is the component of a pair that lies along a spatial axis.
func (p Pair) Along(a Axis) Size {
	if a == Height {
		return p.H
	}
	return p.W
}

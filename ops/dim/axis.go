package dim

import "fmt"

// The axes of an image, in the order of its shape: the letters that stand for their sizes,
// and what messages call them.
var (
	letters = [...]string{"N", "C", "H", "W"}
	axes    = [...]string{"batch", "channels", "height", "width"}
)

// Letters returns the letters of an image's axes: N, C, H, W.
func Letters() []string {
	list := letters
	return list[:]
}

// Axis returns the name of an axis, counted from 0: batch, channels, height, width, axis 4.
func Axis(i int) string {
	if i < len(axes) {
		return axes[i]
	}
	return fmt.Sprintf("axis %d", i)
}

// Letter returns the letter of an axis: N, C, H, W, axis 4.
func Letter(i int) string {
	if i < len(letters) {
		return letters[i]
	}
	return Axis(i)
}

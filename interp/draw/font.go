package draw

// Texts are measured by the advances of DejaVu Sans, in thousandths of its size: it is wider than
// the other fonts that the pictures name, so that a text fits its box in any viewer.
var advances = [...]int16{
	318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, // from the blank
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
	1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
	603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
	500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
	635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838, // to the tilde
}

// width is how long a text is in letters of this size, at most.
func width(text string, size float64) float64 {
	sum := 0
	for _, c := range text {
		switch {
		case c >= ' ' && int(c-' ') < len(advances):
			sum += int(advances[c-' '])
		case c == '·':
			sum += 318
		case c < 0x2e80:
			sum += 1000 // × and → are 838, … is 1000
		default:
			sum += 2000 // wide characters of the East, and pictures
		}
	}
	return float64(sum) * size / 1000
}

// TextWidth is how long a text is in letters of this size, at most, in the fonts that the pictures name.
func TextWidth(text string, size float64) float64 { return width(text, size) }
